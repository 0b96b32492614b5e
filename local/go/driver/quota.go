package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Sizes are enforced by btrfs quota groups, not by simple quotas: a simple quota charges an extent to the subvolume
// that wrote it first. What a snapshot still holds would then fill the volume that it was taken of, and a restored
// volume would start empty and could grow to twice its size. A quota group counts what a volume refers to.
//
// It counts whole extents, though, also those that are only used in part. keepLimits adds that waste to the limit.

// Shortcut of the kernel: deleting a deep subvolume stops the accounting until a rescan. Trees have at most 8 levels.
const noDropShortcut = "8"

// enableQuota switches quota groups on where they are off and waits until they have counted.
func (f *filesystem) enableQuota(ctx context.Context) error {
	mode, err := f.attribute("qgroups", "mode")
	if errors.Is(err, fs.ErrNotExist) {
		if err := btrfs(ctx, "quota", "enable", f.dir); err != nil {
			return err
		}
		mode, err = f.attribute("qgroups", "mode")
	}
	if err != nil {
		return fmt.Errorf("quotas of %s: %w", f.dir, err)
	}
	if mode != "qgroup" {
		return fmt.Errorf("-dir: %s has quotas of mode %q; switch them off (btrfs quota disable) so that sizes can be enforced", f.dir, mode)
	}
	threshold := filepath.Join(f.sysfs, "qgroups", "drop_subtree_threshold")
	if err := os.WriteFile(threshold, []byte(noDropShortcut), 0); err != nil && !errors.Is(err, unix.EROFS) {
		return fmt.Errorf("quotas of %s: %w", f.dir, err)
	}
	return f.recount(ctx)
}

// recount repairs the numbers if the kernel says that they are wrong: meanwhile nothing is enforced.
func (f *filesystem) recount(ctx context.Context) error {
	wrong, err := f.attribute("qgroups", "inconsistent")
	if err != nil || wrong == "0" {
		return err
	}
	return btrfs(ctx, "quota", "rescan", "-w", f.dir)
}

// usage of one subvolume, in bytes.
type usage struct {
	referenced int64 // extents and metadata that it refers to, and what is reserved for writes under way
	limit      int64 // 0: none
}

func (f *filesystem) usage(path string) (usage, error) {
	id, err := subvolumeID(path)
	if err != nil {
		return usage{}, err
	}
	group := fmt.Sprintf("0_%d", id)
	var u usage
	for _, name := range []string{"referenced", "rsv_data"} {
		n, err := f.number("qgroups", group, name)
		if err != nil {
			return usage{}, err
		}
		u.referenced += n
	}
	u.limit, err = f.number("qgroups", group, "max_referenced")
	return u, err
}

func (f *filesystem) limit(ctx context.Context, path string, bytes int64) error {
	return btrfs(ctx, "qgroup", "limit", strconv.FormatInt(bytes, 10), path)
}

func (f *filesystem) attribute(path ...string) (string, error) {
	text, err := os.ReadFile(filepath.Join(append([]string{f.sysfs}, path...)...))
	return strings.TrimSpace(string(text)), err
}

func (f *filesystem) number(path ...string) (int64, error) {
	text, err := f.attribute(path...)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(text, 10, 64)
}

func subvolumeID(path string) (uint64, error) {
	var stat unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_SUBVOL, &stat); err != nil {
		return 0, err
	}
	if stat.Mask&unix.STATX_SUBVOL == 0 {
		return 0, fmt.Errorf("%s: the kernel does not tell the subvolume (Linux 6.10 does)", path)
	}
	return stat.Subvol, nil
}

// fileBytes is what the files under the folder take, holes left out: what a user would call used.
func fileBytes(ctx context.Context, root string) (int64, error) {
	var sum int64
	counted := map[uint64]bool{} // inodes with several names
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		var stat unix.Stat_t
		if err == nil {
			err = unix.Lstat(path, &stat)
		}
		if errors.Is(err, fs.ErrNotExist) { // deleted while we looked
			return nil
		}
		if err != nil || counted[stat.Ino] {
			return err
		}
		counted[stat.Ino] = stat.Nlink > 1
		sum += stat.Blocks * 512
		return ctx.Err()
	})
	return sum, err
}
