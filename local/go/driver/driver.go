package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// driver answers the CSI calls of one node.
type driver struct {
	csi.UnimplementedIdentityServer
	csi.UnimplementedControllerServer
	csi.UnimplementedNodeServer

	node      string
	fs        *filesystem
	volumes   shelf
	snapshots shelf
	staging   string // what arrives from other nodes, and snapshots that live only while they are sent
	locks     *locks
	builds    *builds
	measures  *measures
	limiting  sync.Mutex
	remote    fetcher // nil: other nodes cannot be reached
}

// openDriver prepares the file system and clears away what a crash left half-made.
func openDriver(ctx context.Context, node, dir string) (*driver, error) {
	filesystem, err := openFilesystem(dir)
	if err != nil {
		return nil, err
	}
	d := &driver{
		node:      node,
		fs:        filesystem,
		volumes:   shelf{filepath.Join(dir, "volumes")},
		snapshots: shelf{filepath.Join(dir, "snapshots")},
		staging:   filepath.Join(dir, "staging"),
		locks:     newLocks(),
		builds:    newBuilds(ctx),
		measures:  &measures{of: map[string]measure{}},
	}
	for _, folder := range []string{d.volumes.dir, d.snapshots.dir, d.staging} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	if err := filesystem.enableQuota(ctx); err != nil {
		return nil, err
	}
	if err := d.sweep(ctx); err != nil {
		return nil, fmt.Errorf("clearing what an earlier run left: %w", err)
	}
	return d, nil
}

func volumeKey(name string) string   { return "volume " + name }
func snapshotKey(name string) string { return "snapshot " + name }

// mine tells the name of a thing that lies on this node. A handle of another shape names nothing.
func (d *driver) mine(id string) (string, error) {
	if id == "" {
		return "", status.Error(codes.InvalidArgument, "the id is missing")
	}
	h, ok := parseHandle(id)
	if !ok {
		return "", status.Errorf(codes.NotFound, "there is no %q", id)
	}
	if h.node != d.node {
		return "", status.Errorf(codes.FailedPrecondition, "%s lies on node %s, this is %s", id, h.node, d.node)
	}
	return h.name, nil
}

func (d *driver) handle(name string) string { return handle{d.node, name}.String() }

func (d *driver) topology() *csi.Topology {
	return &csi.Topology{Segments: map[string]string{topologyKey: d.node}}
}

// find loads the record of a volume or snapshot of this node.
func (d *driver) find(s shelf, id string) (string, record, error) {
	name, err := d.mine(id)
	if err != nil {
		return "", record{}, err
	}
	r, err := s.load(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", r, status.Errorf(codes.NotFound, "there is no %s", id)
	}
	return name, r, asStatus(err)
}

// asStatus keeps errors that already say how to go on, and calls the others internal.
func asStatus(err error) error {
	if err == nil {
		return nil
	}
	var known interface{ GRPCStatus() *status.Status }
	if errors.As(err, &known) {
		return err
	}
	return status.Error(codes.Internal, err.Error())
}

func now() time.Time { return time.Now().UTC() }
