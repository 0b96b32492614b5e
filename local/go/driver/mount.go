package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// bindMount shows the folder at the target. It is done when the target shows that folder already.
func bindMount(source, target string, flags uintptr) error {
	if err := os.MkdirAll(target, 0o750); err != nil {
		return err
	}
	mounted, err := mountinfo.Mounted(target)
	if err != nil {
		return err
	}
	if !mounted {
		if err := unix.Mount(source, target, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("bind mount at %s: %w", target, err)
		}
	} else if !sameFolder(source, target) {
		return fmt.Errorf("something else is mounted at %s", target)
	}
	if flags == 0 {
		return nil
	}
	if err := unix.Mount("", target, "", unix.MS_REMOUNT|unix.MS_BIND|flags, ""); err != nil {
		return errors.Join(fmt.Errorf("mount options at %s: %w", target, err), unmount(target))
	}
	return nil
}

// unmount removes all mounts at the target and the folder.
func unmount(target string) error {
	for {
		mounted, err := mountinfo.Mounted(target)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if !mounted {
			break
		}
		if err := unix.Unmount(target, 0); err != nil {
			return fmt.Errorf("unmount %s: %w", target, err)
		}
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// mountedAt tells a place where the subvolume is mounted, or "": the kernel would delete it under a running pod.
func mountedAt(path string) string {
	end := filepath.Join("/", filepath.Base(filepath.Dir(path)), filepath.Base(path))
	mounts, err := mountinfo.GetMounts(func(m *mountinfo.Info) (skip, stop bool) {
		return m.FSType != "btrfs" || !strings.HasSuffix(m.Root, end), false
	})
	if err != nil {
		return "an unknown place: " + err.Error()
	}
	for _, m := range mounts {
		if sameFolder(path, m.Mountpoint) {
			return m.Mountpoint
		}
	}
	return ""
}

func sameFolder(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}
