package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// A subvolume's root always has this inode number (BTRFS_FIRST_FREE_OBJECTID).
	subvolumeInode = 256
	// _IOR(0x94, 31, struct btrfs_ioctl_fs_info_args), whose fsid lies at byte 16 of 1024.
	ioctlFsInfo = 0x8400941f
	// FS_NOCOW_FL of linux/fs.h, what `chattr +C` sets.
	flagNoCow = 0x00800000
)

// filesystem is a mounted btrfs. Subvolumes are made by btrfs-progs, quota numbers are read from sysfs.
type filesystem struct {
	dir   string
	sysfs string // /sys/fs/btrfs/<uuid>
}

func openFilesystem(dir string) (*filesystem, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return nil, fmt.Errorf("-dir: %s: %w", dir, err)
	}
	if int64(stat.Type) != unix.BTRFS_SUPER_MAGIC || !isSubvolume(dir) {
		return nil, fmt.Errorf("-dir: %s is not the root of a btrfs file system; mount one there", dir)
	}
	uuid, err := filesystemUUID(dir)
	if err != nil {
		return nil, fmt.Errorf("-dir: %s: %w", dir, err)
	}
	return &filesystem{dir: dir, sysfs: filepath.Join("/sys/fs/btrfs", uuid)}, nil
}

func (f *filesystem) create(ctx context.Context, path string) error {
	if err := btrfs(ctx, "subvolume", "create", path); err != nil {
		return err
	}
	return errors.Join(setNoCow(path), os.Chmod(path, 0o777)) // as other local drivers: fsGroup may narrow it
}

func (f *filesystem) snapshot(ctx context.Context, source, target string) error {
	return btrfs(ctx, "subvolume", "snapshot", source, target)
}

func (f *filesystem) readOnlySnapshot(ctx context.Context, source, target string) error {
	return btrfs(ctx, "subvolume", "snapshot", "-r", source, target)
}

// remove deletes the subvolume if there is one; its space comes back in the background.
func (f *filesystem) remove(ctx context.Context, path string) error {
	if !exists(path) {
		return nil
	}
	if !isSubvolume(path) {
		return os.RemoveAll(path)
	}
	return btrfs(ctx, "subvolume", "delete", path)
}

// send writes the stream of a read-only subvolume.
func (f *filesystem) send(ctx context.Context, path string, to io.Writer) error {
	return pipe(ctx, nil, to, "send", "-q", path)
}

// receive makes the one subvolume of the stream in the folder and returns its path. With -e a stream without its end is
// an error (6.2 and 7.3, tested); that the subvolume became read-only, which is the last step, is looked at too.
func (f *filesystem) receive(ctx context.Context, folder string, from io.Reader) (string, error) {
	if err := pipe(ctx, from, nil, "receive", "-q", "-e", folder); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	if len(entries) != 1 {
		return "", fmt.Errorf("the stream made %d subvolumes, not one", len(entries))
	}
	path := filepath.Join(folder, entries[0].Name())
	answer, err := exec.CommandContext(ctx, "btrfs", "property", "get", "-ts", path, "ro").Output()
	if err != nil || strings.TrimSpace(string(answer)) != "ro=true" {
		return "", fmt.Errorf("the stream ended too early (%s %v)", bytes.TrimSpace(answer), err)
	}
	return path, nil
}

// space returns the bytes that the file system has and has left.
func (f *filesystem) space() (total, available int64, err error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(f.dir, &stat); err != nil {
		return 0, 0, err
	}
	return int64(stat.Blocks) * stat.Bsize, int64(stat.Bavail) * stat.Bsize, nil
}

func btrfs(ctx context.Context, args ...string) error { return pipe(ctx, nil, nil, args...) }

func pipe(ctx context.Context, in io.Reader, out io.Writer, args ...string) error {
	var complaint bytes.Buffer
	command := exec.CommandContext(ctx, "btrfs", args...)
	command.Stdin, command.Stdout, command.Stderr = in, out, &complaint
	if err := command.Run(); err != nil {
		return fmt.Errorf("btrfs %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(complaint.Bytes()))
	}
	return nil
}

func isSubvolume(path string) bool {
	var stat unix.Stat_t
	return unix.Lstat(path, &stat) == nil && stat.Ino == subvolumeInode && stat.Mode&unix.S_IFMT == unix.S_IFDIR
}

func filesystemUUID(dir string) (string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var info [1024]byte
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), ioctlFsInfo, uintptr(unsafe.Pointer(&info[0])))
	if errno != 0 {
		return "", fmt.Errorf("BTRFS_IOC_FS_INFO: %w", errno)
	}
	id := info[16:32]
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]), nil
}

// setNoCow makes files of the folder be overwritten in place, unless a snapshot shares them. With copy on write each
// page that InnoDB writes would leave a hole in a larger extent, which the quota counts until all of it is replaced.
func setNoCow(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	flags, err := unix.IoctlGetInt(int(f.Fd()), unix.FS_IOC_GETFLAGS)
	if err != nil {
		return fmt.Errorf("FS_IOC_GETFLAGS %s: %w", dir, err)
	}
	if err := unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, flags|flagNoCow); err != nil {
		return fmt.Errorf("FS_IOC_SETFLAGS %s: %w", dir, err)
	}
	return nil
}
