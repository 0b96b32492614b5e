package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const connectTimeout = 5 * time.Second

// peerClient fetches from the transfer of other nodes.
type peerClient struct {
	identity nodeIdentity
	book     addressBook
	patience time.Duration // how long nothing may arrive
}

func newPeerClient(identity nodeIdentity, book addressBook) *peerClient {
	return &peerClient{identity, book, stall}
}

// fetch answers Unavailable where the node cannot be reached: the sidecar asks again.
func (p *peerClient) fetch(ctx context.Context, s source) (cargo, error) {
	address, err := p.book.address(ctx, s.handle.node)
	if err != nil {
		return cargo{}, status.Error(codes.Unavailable, err.Error())
	}
	ctx, cancel := context.WithCancel(ctx)
	body := &steadyBody{cancel: cancel, patience: p.patience}
	body.watch = time.AfterFunc(p.patience, body.giveUp)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+address+"/"+s.kind+"/"+s.handle.name, nil)
	if err != nil {
		cancel()
		return cargo{}, err
	}
	transport := &http.Transport{
		TLSClientConfig: p.identity.client(s.handle.node), DisableKeepAlives: true, DisableCompression: true,
		DialContext: (&net.Dialer{Timeout: connectTimeout}).DialContext, TLSHandshakeTimeout: connectTimeout,
	}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		cancel()
		return cargo{}, status.Errorf(codes.Unavailable, "node %s, which has %s %s: %v", s.handle.node, s.kind, s, err)
	}
	body.watch.Stop()
	body.ReadCloser = answer.Body
	if answer.StatusCode != http.StatusOK {
		defer body.Close()
		return cargo{}, refusal(answer, s)
	}
	load := cargo{ReadCloser: body}
	var sizeErr, usedErr error
	load.size, sizeErr = strconv.ParseInt(answer.Header.Get(headerSize), 10, 64)
	load.used, usedErr = strconv.ParseInt(answer.Header.Get(headerUsed), 10, 64)
	if sizeErr != nil || usedErr != nil {
		_ = body.Close()
		return cargo{}, status.Errorf(codes.Internal, "node %s did not tell the size of %s", s.handle.node, s)
	}
	return load, nil
}

func refusal(answer *http.Response, s source) error {
	why, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10)) // the status tells enough where the text does not come
	code := codes.Unavailable
	switch answer.StatusCode {
	case http.StatusNotFound:
		code = codes.NotFound
	case http.StatusConflict:
		code = codes.Aborted
	}
	return status.Errorf(code, "node %s, asked for %s %s: %s", s.handle.node, s.kind, s, bytes.TrimSpace(why))
}

// steadyBody gives up when nothing arrives for some time.
type steadyBody struct {
	io.ReadCloser
	cancel   context.CancelFunc
	patience time.Duration
	watch    *time.Timer
	stalled  atomic.Bool
}

func (s *steadyBody) giveUp() {
	s.stalled.Store(true)
	s.cancel()
}

func (s *steadyBody) Read(p []byte) (int, error) {
	s.watch.Reset(s.patience)
	defer s.watch.Stop() // the time that storing takes is not the other side's
	n, err := s.ReadCloser.Read(p)
	if err != nil && s.stalled.Load() { // it may say EOF, as if all had come
		err = fmt.Errorf("nothing arrived for %s", s.patience)
	}
	return n, err
}

func (s *steadyBody) Close() error {
	s.watch.Stop()
	s.cancel()
	return s.ReadCloser.Close()
}
