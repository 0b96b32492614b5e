package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"k8s.io/klog/v2"
)

const (
	kindSnapshot = "snapshot"
	kindVolume   = "volume"
)

// source is what a volume is made from; an empty kind means nothing.
type source struct {
	kind   string
	handle handle
}

func (s source) String() string {
	if s.kind == "" {
		return ""
	}
	return s.handle.String()
}

// fetcher gets a snapshot, or a snapshot of a volume made for the purpose, from the node that has it.
type fetcher interface {
	fetch(ctx context.Context, s source) (cargo, error)
}

// cargo is a btrfs send stream. Its end without an error means that all of it came.
type cargo struct {
	io.ReadCloser
	size int64 // of the volume, in bytes
	used int64 // bytes that have to be stored
}

func readSource(c *csi.VolumeContentSource) (source, error) {
	var s source
	var id string
	switch {
	case c == nil:
		return s, nil
	case c.GetSnapshot() != nil:
		s.kind, id = kindSnapshot, c.GetSnapshot().GetSnapshotId()
	case c.GetVolume() != nil:
		s.kind, id = kindVolume, c.GetVolume().GetVolumeId()
	}
	if id == "" {
		return s, status.Error(codes.InvalidArgument, "the content source is neither a snapshot nor a volume, or has no id")
	}
	var ok bool
	if s.handle, ok = parseHandle(id); !ok {
		return s, status.Errorf(codes.NotFound, "there is no %s %q", s.kind, id)
	}
	return s, nil
}

// fill makes the subvolume and returns the size that the volume is to have.
func (d *driver) fill(ctx context.Context, o order, path string) (int64, error) {
	if o.source.kind == "" {
		if err := d.fits(o.size); err != nil {
			return 0, err
		}
		return o.size, d.fs.create(ctx, path)
	}
	if o.source.handle.node == d.node {
		return d.copyLocal(ctx, o, path)
	}
	return d.copyRemote(ctx, o, path)
}

// fits refuses what this node can never hold: the scheduler then tries another one. Volumes are thin, so their sum is
// not limited.
func (d *driver) fits(size int64) error {
	total, _, err := d.fs.space()
	if err == nil && size > total {
		err = status.Errorf(codes.ResourceExhausted, "node %s has %d bytes in all, the volume needs %d", d.node, total, size)
	}
	return err
}

func (d *driver) hasRoom(bytes int64) error {
	_, available, err := d.fs.space()
	if err == nil && bytes > available {
		err = status.Errorf(codes.ResourceExhausted, "node %s has %d bytes left, the data needs %d", d.node, available, bytes)
	}
	return err
}

func (d *driver) copyLocal(ctx context.Context, o order, path string) (int64, error) {
	shelf, key := d.snapshots, snapshotKey(o.source.handle.name)
	if o.source.kind == kindVolume {
		shelf, key = d.volumes, volumeKey(o.source.handle.name)
	}
	release, err := d.locks.share(key)
	if err != nil {
		return 0, err
	}
	defer release()
	name, r, err := d.find(shelf, o.source.String())
	if err != nil {
		return 0, err
	}
	size, err := o.sizeFor(r.Size)
	if err != nil {
		return 0, err
	}
	if err := d.fits(size); err != nil {
		return 0, err
	}
	return size, d.fs.snapshot(ctx, shelf.path(name), path)
}

func (d *driver) copyRemote(ctx context.Context, o order, path string) (int64, error) {
	if d.remote == nil {
		return 0, status.Errorf(codes.FailedPrecondition, "%s %s lies on another node, and -listen is not set here", o.source.kind, o.source)
	}
	began := now()
	load, err := d.remote.fetch(ctx, o.source)
	if err != nil {
		return 0, err
	}
	defer load.Close()
	size, err := o.sizeFor(load.size)
	if err != nil {
		return 0, err
	}
	if err := d.hasRoom(load.used); err != nil {
		return 0, err
	}
	folder := filepath.Join(d.staging, o.name)
	defer func() {
		if err := d.clearFolder(context.WithoutCancel(ctx), folder); err != nil {
			klog.ErrorS(err, "Cannot clear the staging folder; the next start does", "folder", folder)
		}
	}()
	if err := errors.Join(d.clearFolder(ctx, folder), os.Mkdir(folder, 0o700)); err != nil {
		return 0, err
	}
	received, err := d.fs.receive(ctx, folder, load)
	if err != nil {
		return 0, status.Errorf(codes.Unavailable, "%s %s did not arrive: %v", o.source.kind, o.source, err)
	}
	klog.InfoS("Fetched", "source", o.source.String(), "bytes", load.used, "took", now().Sub(began))
	return size, d.fs.snapshot(ctx, received, path)
}

// sizeFor is the size of a volume made from one of the given size: never less.
func (o order) sizeFor(least int64) (int64, error) {
	if o.size == 0 {
		o.size = least
	}
	if o.size < least || (o.most > 0 && o.size > o.most) {
		return 0, status.Errorf(codes.OutOfRange, "size %d: %s %s has %d bytes, ask for as many or more", o.size, o.source.kind, o.source, least)
	}
	return o.size, nil
}

// clearFolder removes a staging folder with all subvolumes in it.
func (d *driver) clearFolder(ctx context.Context, folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("staging: %w", err)
	}
	for _, e := range entries {
		if err := d.fs.remove(ctx, filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	return d.fs.remove(ctx, folder)
}
