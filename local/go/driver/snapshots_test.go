package main

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

func TestSnapshotsDoNotFillTheVolumeThatTheyAreOf(t *testing.T) {
	d := newDriver(t, "zone-a")
	id, path := newVolume(t, d, "v", 100*mib, nil)
	file := filepath.Join(path, "f")
	_, err := write(t, file, 80*mib)
	must(t, err)
	for _, name := range []string{"s1", "s2", "s3"} {
		newSnapshot(t, d, name, id)
		overwriteAll(t, d, file, 80*mib)
	}
	u, err := d.fs.usage(path)
	must(t, err)
	files, err := fileBytes(t.Context(), path)
	must(t, err)
	if files != 80*mib || u.limit < 100*mib {
		t.Errorf("files have %d bytes, the limit is %d", files, u.limit)
	}
}

// overwriteAll writes a part of each MiB anew, so that snapshots keep large extents in half use.
func overwriteAll(t *testing.T, d *driver, file string, size int64) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	must(t, err)
	defer f.Close()
	page := make([]byte, 768<<10)
	for at := int64(0); at < size; at += mib {
		if at%(8*mib) == 0 { // what keepLimits does every two seconds
			must(t, f.Sync())
			d.applyLimits(t.Context())
		}
		if _, err := f.WriteAt(page, at); err != nil {
			t.Fatalf("overwriting at %d MiB: %v", at/mib, err)
		}
	}
	must(t, f.Sync())
}

// A writer puts n into the first file, syncs, and puts n into the second: the first is never behind in any snapshot.
func TestSnapshotIsOneMomentUnderWriteLoad(t *testing.T) {
	d := newDriver(t, "zone-a")
	id, path := newVolume(t, d, "v", 64*mib, nil)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- countInTwoFiles(ctx, path) }()
	var last uint64
	for i := range 20 {
		name := "s" + string(rune('a'+i))
		newSnapshot(t, d, name, id)
		first, second := readCount(t, d.snapshots.path(name), "first"), readCount(t, d.snapshots.path(name), "second")
		if first < second || first > second+1 {
			t.Errorf("snapshot %s: first file says %d, second %d", name, first, second)
		}
		last = first
	}
	stop()
	must(t, <-done)
	if last == 0 {
		t.Error("nothing was written meanwhile")
	}
}

func countInTwoFiles(ctx context.Context, dir string) error {
	var files [2]*os.File
	for i, name := range []string{"first", "second"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		defer f.Close()
		files[i] = f
	}
	var block [8]byte
	for n := uint64(1); ctx.Err() == nil; n++ {
		binary.BigEndian.PutUint64(block[:], n)
		for _, f := range files {
			if _, err := f.WriteAt(block[:], 0); err != nil {
				return err
			}
			if err := f.Sync(); err != nil {
				return err
			}
		}
	}
	return nil
}

func readCount(t *testing.T, dir, name string) uint64 {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil || len(text) < 8 {
		return 0 // not there yet
	}
	return binary.BigEndian.Uint64(text)
}
