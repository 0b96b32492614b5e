package main

import (
	"context"
	"sync"
	"time"

	"k8s.io/klog/v2"
)

const (
	limitPeriod = 2 * time.Second
	// Below this share of its size a volume is not walked: it has room enough until the next round.
	walkShare = 0.5
	// A limit that is off by less is left alone.
	limitGrain = 1 << 20
)

// measure is what the last look into a volume found, in bytes.
type measure struct {
	referenced int64 // what its quota group counted
	wasted     int64 // the part of it that no file has
}

// measures remembers the last look into each volume.
type measures struct {
	mutex sync.Mutex
	of    map[string]measure
}

func (m *measures) get(name string) measure {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.of[name]
}

func (m *measures) set(name string, new measure) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.of[name] = new
}

func (m *measures) forget(name string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.of, name)
}

// keepLimits follows the waste of all volumes until the context ends, and repairs the accounting if it broke.
func (d *driver) keepLimits(ctx context.Context) {
	tick := time.NewTicker(limitPeriod)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := d.fs.recount(ctx); err != nil && ctx.Err() == nil {
			klog.ErrorS(err, "Cannot count the quotas again")
		}
		d.applyLimits(ctx)
	}
}

// applyLimits does one round of keepLimits.
func (d *driver) applyLimits(ctx context.Context) {
	names, err := d.volumes.names()
	if err != nil {
		klog.ErrorS(err, "Cannot list the volumes")
	}
	for _, name := range names {
		if err := d.applyLimit(ctx, name); err != nil && ctx.Err() == nil && exists(d.volumes.recordPath(name)) {
			klog.ErrorS(err, "Cannot set the limit", "volume", name)
		}
	}
}

// applyLimit sets the limit of a volume by its record. Only one at a time: a late one must not undo a growth.
func (d *driver) applyLimit(ctx context.Context, name string) error {
	d.limiting.Lock()
	defer d.limiting.Unlock()
	r, err := d.volumes.load(name)
	if err != nil {
		return err
	}
	return d.limit(ctx, name, r.Size)
}

// limit lets a volume have its size and what it wastes, unless that is so already.
func (d *driver) limit(ctx context.Context, name string, size int64) error {
	path := d.volumes.path(name)
	u, err := d.fs.usage(path)
	if err != nil {
		return err
	}
	last := d.measures.get(name)
	if float64(u.referenced) > walkShare*float64(size) && u.referenced != last.referenced {
		files, err := fileBytes(ctx, path)
		if err != nil {
			return err
		}
		last = measure{referenced: u.referenced, wasted: max(0, u.referenced-files)}
		d.measures.set(name, last)
	}
	want := size + last.wasted
	if u.limit >= size && abs(want-u.limit) < limitGrain {
		return nil
	}
	return d.fs.limit(ctx, path, want)
}

func abs(n int64) int64 { return max(n, -n) }
