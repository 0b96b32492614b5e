package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/klog/v2"
)

// sweep removes what a crash left half-made or half-deleted, and sets the limits by the records again.
func (d *driver) sweep(ctx context.Context) error {
	for _, s := range []shelf{d.volumes, d.snapshots} {
		if err := d.sweepShelf(ctx, s); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(d.staging)
	if err != nil {
		return err
	}
	for _, e := range entries {
		klog.InfoS("Removing an unfinished transfer", "name", e.Name())
		path := filepath.Join(d.staging, e.Name())
		if isSubvolume(path) {
			err = d.fs.remove(ctx, path)
		} else {
			err = d.clearFolder(ctx, path)
		}
		if err != nil {
			return err
		}
	}
	d.applyLimits(ctx)
	return nil
}

func (d *driver) sweepShelf(ctx context.Context, s shelf) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(s.dir, e.Name())
		name, isRecord := strings.CutSuffix(e.Name(), ".json")
		switch {
		case e.IsDir() && exists(s.recordPath(e.Name())):
			continue
		case isRecord && exists(s.path(name)):
			continue
		}
		klog.InfoS("Removing what an earlier run left unfinished", "path", path)
		if err := d.fs.remove(ctx, path); err != nil {
			return err
		}
	}
	return nil
}
