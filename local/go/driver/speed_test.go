package main

import (
	"path/filepath"
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
)

func BenchmarkSnapshotOf500MB(b *testing.B) {
	d := newDriver(b, "zone-a")
	id, path := newVolume(b, d, "v", 1024*mib, nil)
	_, err := write(b, filepath.Join(path, "f"), 500*mib)
	must(b, err)
	for b.Loop() {
		s := newSnapshot(b, d, "s", id)
		_, err := d.DeleteSnapshot(b.Context(), &csi.DeleteSnapshotRequest{SnapshotId: s})
		must(b, err)
	}
}

func BenchmarkTransferOf500MB(b *testing.B) {
	from, to := twoNodes(b)
	id, path := newVolume(b, from, "v", 1024*mib, nil)
	_, err := write(b, filepath.Join(path, "f"), 500*mib)
	must(b, err)
	snapshot := newSnapshot(b, from, "s", id)
	b.SetBytes(500 * mib)
	for b.Loop() {
		restored, _ := newVolume(b, to, "r", 1024*mib, fromSnapshot(snapshot))
		_, err := to.DeleteVolume(b.Context(), &csi.DeleteVolumeRequest{VolumeId: restored})
		must(b, err)
	}
}
