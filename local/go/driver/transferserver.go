package main

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"crypto/rand"
	"crypto/tls"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"k8s.io/klog/v2"
)

const (
	headerSize = "Mysql-Dr-Volume-Size" // bytes that the volume may hold
	headerUsed = "Mysql-Dr-Volume-Used" // bytes that it refers to
	// stall is how long a transfer may stand still: a dead zone sends no end of connection.
	stall = 30 * time.Second
)

// serveTransfer streams snapshots and volumes of this node to other nodes, until the context ends.
func serveTransfer(ctx context.Context, d *driver, listener net.Listener, identity nodeIdentity) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /snapshot/{name}", d.sendSnapshot)
	mux.HandleFunc("GET /volume/{name}", d.sendVolume)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: stall, IdleTimeout: stall, TLSConfig: identity.server()}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	return server.Serve(tls.NewListener(listener, server.TLSConfig))
}

func (d *driver) sendSnapshot(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	release, err := d.locks.share(snapshotKey(name))
	if err == nil {
		defer release()
		err = d.sendShelved(w, r, d.snapshots, name)
	}
	answerError(w, r, err)
}

// sendVolume sends a snapshot that lives only for it.
func (d *driver) sendVolume(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	release, err := d.locks.share(volumeKey(name))
	if err == nil {
		defer release()
		err = d.sendShelved(w, r, d.volumes, name)
	}
	answerError(w, r, err)
}

func (d *driver) sendShelved(w http.ResponseWriter, r *http.Request, s shelf, name string) error {
	if !validName(name) {
		return fs.ErrNotExist
	}
	thing, err := s.load(name)
	if err != nil {
		return err
	}
	path := s.path(name)
	if s == d.volumes {
		path = filepath.Join(d.staging, "clone-"+rand.Text())
		if err := d.fs.readOnlySnapshot(r.Context(), s.path(name), path); err != nil {
			return err
		}
		defer func() {
			if err := d.fs.remove(context.WithoutCancel(r.Context()), path); err != nil {
				klog.ErrorS(err, "Cannot remove a snapshot made for a clone; the next start does", "path", path)
			}
		}()
	}
	u, err := d.fs.usage(path)
	if err != nil {
		return err
	}
	w.Header().Set(headerSize, strconv.FormatInt(thing.Size, 10))
	w.Header().Set(headerUsed, strconv.FormatInt(u.referenced, 10))
	w.Header().Set("Content-Type", "application/octet-stream")
	began := now()
	out := &steadyWriter{w: w, control: http.NewResponseController(w)}
	if err := d.fs.send(r.Context(), path, out); err != nil {
		klog.ErrorS(err, "Transfer broke off", "path", path, "sent", out.sent)
		panic(http.ErrAbortHandler) // the headers are gone: only a broken connection tells the other side
	}
	klog.InfoS("Sent", "path", path, "bytes", out.sent, "to", r.TLS.PeerCertificates[0].Subject.CommonName, "took", now().Sub(began))
	return nil
}

// steadyWriter gives up when nothing can be sent for some time.
type steadyWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	sent    int64
}

func (s *steadyWriter) Write(p []byte) (int, error) {
	if err := s.control.SetWriteDeadline(time.Now().Add(stall)); err != nil {
		return 0, err
	}
	n, err := s.w.Write(p)
	s.sent += int64(n)
	return n, err
}

func answerError(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrNotExist):
		http.Error(w, "there is no such thing on this node", http.StatusNotFound)
	case status.Code(err) == codes.Aborted:
		http.Error(w, err.Error(), http.StatusConflict)
	default:
		klog.ErrorS(err, "Cannot send", "path", r.URL.Path)
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
