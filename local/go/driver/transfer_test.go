package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// serveNode lets other nodes fetch from the driver; it returns the address.
func serveNode(t testing.TB, d *driver, id nodeIdentity) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serveTransfer(ctx, d, listener, id) }()
	t.Cleanup(func() { stop(); <-done })
	return listener.Addr().String()
}

// twoNodes have a disk each; zone-b can fetch from zone-a.
func twoNodes(t testing.TB) (a, b *driver) {
	t.Helper()
	a, b = newDriver(t, "zone-a"), newDriver(t, "zone-b")
	site := newAuthority(t)
	address := serveNode(t, a, site.node(t, "zone-a"))
	b.remote = newPeerClient(site.node(t, "zone-b"), addressBook{static: staticPeers{"zone-a": address}})
	return a, b
}

func TestSnapshotIsRestoredOnAnotherNode(t *testing.T) {
	a, b := twoNodes(t)
	id, path := newVolume(t, a, "v", 64*mib, nil)
	_, err := write(t, filepath.Join(path, "f"), 20*mib)
	must(t, err)
	snapshot := newSnapshot(t, a, "s", id)
	want, err := os.ReadFile(filepath.Join(path, "f"))
	must(t, err)
	must(t, os.Truncate(filepath.Join(path, "f"), 0))

	restoredID, restored := newVolume(t, b, "r", 96*mib, fromSnapshot(snapshot))
	if got, err := os.ReadFile(filepath.Join(restored, "f")); err != nil || !bytes.Equal(got, want) {
		t.Errorf("restored %d bytes of %d, %v", len(got), len(want), err)
	}
	if restoredID != "zone-b/r" {
		t.Errorf("the volume is %s", restoredID)
	}
	if _, err := write(t, filepath.Join(restored, "g"), 100*mib); err == nil {
		t.Error("the restored volume has no limit")
	}
	if entries, err := os.ReadDir(b.staging); err != nil || len(entries) > 0 {
		t.Errorf("left in staging: %v %v", entries, err)
	}
	newVolume(t, b, "r", 96*mib, fromSnapshot(snapshot)) // asked again: the same volume
}

func TestVolumeIsClonedOnAnotherNode(t *testing.T) {
	a, b := twoNodes(t)
	id, path := newVolume(t, a, "v", 64*mib, nil)
	must(t, os.WriteFile(filepath.Join(path, "f"), []byte("one"), 0o600))
	_, clone := newVolume(t, b, "c", 0, fromVolume(id))
	if text, err := os.ReadFile(filepath.Join(clone, "f")); err != nil || string(text) != "one" {
		t.Errorf("clone holds %q, %v", text, err)
	}
	if entries, err := os.ReadDir(a.staging); err != nil || len(entries) > 0 {
		t.Errorf("left in the source's staging: %v %v", entries, err)
	}
	if r, err := b.volumes.load("c"); err != nil || r.Size != 64*mib {
		t.Errorf("clone has %d bytes, %v", r.Size, err)
	}
}

func TestSnapshotThatIsNowhereIsNotFound(t *testing.T) {
	_, b := twoNodes(t)
	_, err := b.CreateVolume(t.Context(), ask("r", 64*mib, fromSnapshot("zone-a/none")))
	wantCode(t, err, codes.NotFound)
}

func TestNodeThatIsDownIsAskedAgainLater(t *testing.T) {
	_, b := twoNodes(t)
	_, err := b.CreateVolume(t.Context(), ask("r", 64*mib, fromSnapshot("zone-c/s")))
	wantCode(t, err, codes.Unavailable)
}

func TestOnlyNodesOfTheSiteMayFetch(t *testing.T) {
	a := newDriver(t, "zone-a")
	site, other := newAuthority(t), newAuthority(t)
	address := serveNode(t, a, site.node(t, "zone-a"))
	id, _ := newVolume(t, a, "v", 64*mib, nil)
	snapshot, ok := parseHandle(newSnapshot(t, a, "s", id))
	admin, err := loadIdentity(site.sign(t, "kubernetes-admin", "system:masters"))
	stranger := other.node(t, "zone-b")
	stranger.roots = site.node(t, "zone-b").roots
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	for who, identity := range map[string]nodeIdentity{"admin": admin, "stranger": stranger} {
		client := newPeerClient(identity, addressBook{static: staticPeers{"zone-a": address}})
		_, err := client.fetch(t.Context(), source{kindSnapshot, snapshot})
		if status.Code(err) != codes.Unavailable {
			t.Errorf("%s got %v", who, err)
		}
	}
	impostor := newPeerClient(site.node(t, "zone-b"), addressBook{static: staticPeers{"zone-c": address}})
	if _, err := impostor.fetch(t.Context(), source{kindSnapshot, handle{"zone-c", "s"}}); status.Code(err) != codes.Unavailable {
		t.Errorf("zone-a was taken for zone-c: %v", err)
	}
}

// brokenWire ends a stream after some bytes, politely or not.
type brokenWire struct {
	fetcher
	after int64
	err   error
}

func (w brokenWire) fetch(ctx context.Context, s source) (cargo, error) {
	load, err := w.fetcher.fetch(ctx, s)
	if err != nil {
		return load, err
	}
	end := io.Reader(bytes.NewReader(nil))
	if w.err != nil {
		end = errorReader{w.err}
	}
	load.ReadCloser = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(load.ReadCloser, w.after), end), load.ReadCloser}
	return load, nil
}

type errorReader struct{ err error }

func (e errorReader) Read([]byte) (int, error) { return 0, e.err }

func TestTransferThatBreaksOffLeavesNothing(t *testing.T) {
	a, b := twoNodes(t)
	id, path := newVolume(t, a, "v", 64*mib, nil)
	_, err := write(t, filepath.Join(path, "f"), 8*mib)
	must(t, err)
	snapshot := newSnapshot(t, a, "s", id)
	wire := b.remote
	const lastCommand = 10 // the end is a command without data: length, number, checksum
	for _, after := range []int64{0, 17, 1000, 4 * mib, streamLength(t, wire, snapshot) - lastCommand} {
		for _, end := range []error{nil, errors.New("reset")} {
			b.remote = brokenWire{wire, after, end}
			_, err := b.CreateVolume(t.Context(), ask("r", 64*mib, fromSnapshot(snapshot)))
			wantCode(t, err, codes.Unavailable)
		}
	}
	for _, folder := range []string{b.volumes.dir, b.staging} {
		if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
			t.Errorf("left: %v %v", entries, err)
		}
	}
	b.remote = wire
	newVolume(t, b, "r", 64*mib, fromSnapshot(snapshot))
}

func streamLength(t *testing.T, wire fetcher, snapshot string) int64 {
	t.Helper()
	h, _ := parseHandle(snapshot)
	load, err := wire.fetch(t.Context(), source{kindSnapshot, h})
	must(t, err)
	defer load.Close()
	n, err := io.Copy(io.Discard, load)
	must(t, err)
	return n
}

func TestTransferThatStandsStillIsGivenUp(t *testing.T) {
	site := newAuthority(t)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", site.node(t, "zone-a").server())
	must(t, err)
	ended := make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(headerSize, "1")
		w.Header().Set(headerUsed, "1")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done() // as a zone that is cut off: nothing comes, not even the end
		close(ended)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	client := newPeerClient(site.node(t, "zone-b"), addressBook{static: staticPeers{"zone-a": listener.Addr().String()}})
	client.patience = 100 * time.Millisecond
	load, err := client.fetch(t.Context(), source{kindSnapshot, handle{"zone-a", "s"}})
	must(t, err)
	defer load.Close()
	if n, err := load.Read(make([]byte, 1)); n != 0 || err == nil || err.Error() != "nothing arrived for 100ms" {
		t.Errorf("read %d bytes, %v", n, err)
	}
	<-ended
}

// slowWire holds the stream back until it is let go.
type slowWire struct {
	fetcher
	open chan struct{}
}

func (w slowWire) fetch(ctx context.Context, s source) (cargo, error) {
	select {
	case <-w.open:
		return w.fetcher.fetch(ctx, s)
	case <-ctx.Done():
		return cargo{}, ctx.Err()
	}
}

func TestCallerThatGivesUpJoinsTheTransferWhenItAsksAgain(t *testing.T) {
	a, b := twoNodes(t)
	id, _ := newVolume(t, a, "v", 64*mib, nil)
	request := ask("r", 64*mib, fromSnapshot(newSnapshot(t, a, "s", id)))
	open := make(chan struct{})
	b.remote = slowWire{b.remote, open}
	hasty, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	_, err := b.CreateVolume(hasty, request)
	wantCode(t, err, codes.DeadlineExceeded)
	_, err = b.DeleteVolume(t.Context(), &csi.DeleteVolumeRequest{VolumeId: "zone-b/r"})
	wantCode(t, err, codes.Aborted)
	close(open)
	_, err = b.CreateVolume(t.Context(), request)
	must(t, err)
}
