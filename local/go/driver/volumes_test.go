package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
)

func TestVolumeHoldsItsSizeAndNotMore(t *testing.T) {
	d := newDriver(t, "zone-a")
	_, path := newVolume(t, d, "v", 100*mib, nil)
	if n, err := write(t, filepath.Join(path, "most"), 95*mib); err != nil {
		t.Fatalf("refused after %d bytes: %v", n, err)
	}
	n, err := write(t, filepath.Join(path, "rest"), 20*mib)
	if !errors.Is(err, unix.EDQUOT) && !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("wrote %d bytes beyond the size: %v", n, err)
	}
	if total := 95*mib + n; total > 100*mib {
		t.Errorf("a volume of 100 MiB holds %d bytes", total)
	}
}

func TestStatsTellSizeAndUseOfTheVolumeItself(t *testing.T) {
	d := newDriver(t, "zone-a")
	id, path := newVolume(t, d, "v", 100*mib, nil)
	_, err := write(t, filepath.Join(path, "f"), 30*mib)
	must(t, err)
	commit(t, path)
	s, err := d.NodeGetVolumeStats(t.Context(), &csi.NodeGetVolumeStatsRequest{VolumeId: id, VolumePath: path})
	must(t, err)
	u := s.GetUsage()[0]
	if u.GetTotal() != 100*mib || u.GetUsed() < 30*mib || u.GetUsed() > 31*mib || u.GetAvailable() != u.GetTotal()-u.GetUsed() {
		t.Errorf("got %v", u)
	}
}

func TestGrowingWorksWhileTheVolumeIsFullAndMounted(t *testing.T) {
	d := newDriver(t, "zone-a")
	id, _ := newVolume(t, d, "v", 64*mib, nil)
	target := filepath.Join(t.TempDir(), "pod")
	_, err := d.NodePublishVolume(t.Context(), &csi.NodePublishVolumeRequest{VolumeId: id, TargetPath: target, VolumeCapability: mountable[0]})
	must(t, err)
	t.Cleanup(func() { must(t, unmount(target)) })
	if _, err := write(t, filepath.Join(target, "f"), 80*mib); err == nil {
		t.Fatal("80 MiB went into 64")
	}
	for range 2 { // asked twice, done once
		r, err := d.ControllerExpandVolume(t.Context(), &csi.ControllerExpandVolumeRequest{VolumeId: id, CapacityRange: &csi.CapacityRange{RequiredBytes: 128 * mib}})
		must(t, err)
		if r.GetCapacityBytes() != 128*mib || r.GetNodeExpansionRequired() {
			t.Fatalf("got %v", r)
		}
	}
	if n, err := write(t, filepath.Join(target, "g"), 50*mib); err != nil {
		t.Errorf("refused after %d bytes: %v", n, err)
	}
}

func TestVolumeIsNeverShrunk(t *testing.T) {
	d := newDriver(t, "zone-a")
	id, path := newVolume(t, d, "v", 64*mib, nil)
	r, err := d.ControllerExpandVolume(t.Context(), &csi.ControllerExpandVolumeRequest{VolumeId: id, CapacityRange: &csi.CapacityRange{RequiredBytes: 32 * mib}})
	must(t, err)
	u, err := d.fs.usage(path)
	must(t, err)
	if r.GetCapacityBytes() != 64*mib || u.limit < 64*mib {
		t.Errorf("size %d, limit %d", r.GetCapacityBytes(), u.limit)
	}
	_, err = d.ControllerExpandVolume(t.Context(), &csi.ControllerExpandVolumeRequest{VolumeId: id, CapacityRange: &csi.CapacityRange{RequiredBytes: 32 * mib, LimitBytes: 32 * mib}})
	wantCode(t, err, codes.OutOfRange)
}

func TestRestoreHasTheContentOfTheSnapshotAndMayBeLarger(t *testing.T) {
	d := newDriver(t, "zone-a")
	id, path := newVolume(t, d, "v", 64*mib, nil)
	must(t, os.WriteFile(filepath.Join(path, "f"), []byte("before"), 0o600))
	snapshot := newSnapshot(t, d, "s", id)
	must(t, os.WriteFile(filepath.Join(path, "f"), []byte("after"), 0o600))
	_, restored := newVolume(t, d, "r", 128*mib, fromSnapshot(snapshot))
	if text, err := os.ReadFile(filepath.Join(restored, "f")); err != nil || string(text) != "before" {
		t.Errorf("restored %q, %v", text, err)
	}
	if n, err := write(t, filepath.Join(restored, "g"), 100*mib); err != nil {
		t.Errorf("refused after %d bytes: %v", n, err)
	}
	_, err := d.CreateVolume(t.Context(), ask("small", 32*mib, fromSnapshot(snapshot)))
	wantCode(t, err, codes.OutOfRange)
}

func TestCloneIsApartFromItsSource(t *testing.T) {
	d := newDriver(t, "zone-a")
	id, path := newVolume(t, d, "v", 64*mib, nil)
	must(t, os.WriteFile(filepath.Join(path, "f"), []byte("one"), 0o600))
	_, clone := newVolume(t, d, "c", 64*mib, fromVolume(id))
	must(t, os.WriteFile(filepath.Join(clone, "f"), []byte("two"), 0o600))
	_, err := d.DeleteVolume(t.Context(), &csi.DeleteVolumeRequest{VolumeId: id})
	must(t, err)
	if text, err := os.ReadFile(filepath.Join(clone, "f")); err != nil || string(text) != "two" {
		t.Errorf("clone holds %q, %v", text, err)
	}
}

func TestVolumeInUseIsNotDeleted(t *testing.T) {
	d := newDriver(t, "zone-a")
	id, path := newVolume(t, d, "v", 64*mib, nil)
	target := filepath.Join(t.TempDir(), "pod")
	must(t, bindMount(path, target, 0))
	_, err := d.DeleteVolume(t.Context(), &csi.DeleteVolumeRequest{VolumeId: id})
	wantCode(t, err, codes.FailedPrecondition)
	must(t, unmount(target))
	_, err = d.DeleteVolume(t.Context(), &csi.DeleteVolumeRequest{VolumeId: id})
	must(t, err)
}

func TestVolumeOfAnotherNodeIsNeverCalledDeleted(t *testing.T) {
	d := newDriver(t, "zone-a")
	_, err := d.DeleteVolume(t.Context(), &csi.DeleteVolumeRequest{VolumeId: "zone-b/v"})
	wantCode(t, err, codes.FailedPrecondition)
	_, err = d.DeleteSnapshot(t.Context(), &csi.DeleteSnapshotRequest{SnapshotId: "zone-b/s"})
	wantCode(t, err, codes.FailedPrecondition)
}

func TestStartRemovesWhatACrashLeftAndKeepsTheRest(t *testing.T) {
	dir := newDisk(t)
	d := openAt(t, "zone-a", dir)
	id, kept := newVolume(t, d, "kept", 64*mib, nil)
	newSnapshot(t, d, "kept", id)
	must(t, os.WriteFile(filepath.Join(kept, "f"), []byte("data"), 0o600))
	halfMade, halfDeleted := d.volumes.path("half-made"), d.snapshots.path("half-deleted")
	arriving := filepath.Join(d.staging, "r", "snapshot")
	must(t, os.Mkdir(filepath.Dir(arriving), 0o700))
	for _, path := range []string{halfMade, halfDeleted, arriving, filepath.Join(d.staging, "clone-x")} {
		must(t, d.fs.create(t.Context(), path))
	}
	must(t, os.WriteFile(d.volumes.recordPath("gone"), []byte("{}"), 0o600))
	must(t, os.WriteFile(d.volumes.recordPath("kept")+".tmp", []byte("{"), 0o600))

	d = openAt(t, "zone-a", dir)
	for folder, want := range map[string]int{d.volumes.dir: 2, d.snapshots.dir: 2, d.staging: 0} {
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != want {
			t.Errorf("%s: %v, %v", filepath.Base(folder), entries, err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(kept, "f")); err != nil || string(text) != "data" {
		t.Errorf("kept volume holds %q, %v", text, err)
	}
}

func TestDeletingWhatIsGoneIsFine(t *testing.T) {
	d := newDriver(t, "zone-a")
	id, path := newVolume(t, d, "v", 64*mib, nil)
	must(t, d.fs.remove(t.Context(), path))
	for range 2 {
		_, err := d.DeleteVolume(t.Context(), &csi.DeleteVolumeRequest{VolumeId: id})
		must(t, err)
	}
	if exists(d.volumes.recordPath("v")) {
		t.Error("the record stays")
	}
}

func TestFolderThatIsNotBtrfsIsRefused(t *testing.T) {
	if _, err := openDriver(t.Context(), "zone-a", t.TempDir()); err == nil {
		t.Error("took a folder of another file system")
	}
}
