package main

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func (d *driver) NodePublishVolume(_ context.Context, r *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	target := r.GetTargetPath()
	if target == "" || r.GetVolumeId() == "" || r.GetVolumeCapability() == nil {
		return nil, status.Error(codes.InvalidArgument, "the volume id, its capability or the target path is missing")
	}
	if why := unfit(r.GetVolumeCapability()); why != "" {
		return nil, status.Error(codes.InvalidArgument, why)
	}
	name, _, err := d.find(d.volumes, r.GetVolumeId())
	if err != nil {
		return nil, err
	}
	release, err := d.locks.share(volumeKey(name))
	if err != nil {
		return nil, err
	}
	defer release()
	var flags uintptr
	for _, f := range r.GetVolumeCapability().GetMount().GetMountFlags() {
		flags |= mountFlags[f]
	}
	if r.GetReadonly() {
		flags |= unix.MS_RDONLY
	}
	if err := bindMount(d.volumes.path(name), target, flags); err != nil {
		return nil, asStatus(err)
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

func (d *driver) NodeUnpublishVolume(_ context.Context, r *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	if r.GetVolumeId() == "" || r.GetTargetPath() == "" {
		return nil, status.Error(codes.InvalidArgument, "the volume id or the target path is missing")
	}
	if err := unmount(r.GetTargetPath()); err != nil {
		return nil, asStatus(err)
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

// NodeGetVolumeStats tells the volume's own size and use; `df` in the pod shows the whole file system of the node.
func (d *driver) NodeGetVolumeStats(_ context.Context, r *csi.NodeGetVolumeStatsRequest) (*csi.NodeGetVolumeStatsResponse, error) {
	if r.GetVolumePath() == "" {
		return nil, status.Error(codes.InvalidArgument, "the volume path is missing")
	}
	name, v, err := d.find(d.volumes, r.GetVolumeId())
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(r.GetVolumePath()); errors.Is(err, fs.ErrNotExist) {
		return nil, status.Errorf(codes.NotFound, "there is no %s", r.GetVolumePath())
	}
	u, err := d.fs.usage(d.volumes.path(name))
	if err != nil {
		return nil, asStatus(err)
	}
	_, left, err := d.fs.space()
	if err != nil {
		return nil, asStatus(err)
	}
	used := min(v.Size, max(0, u.referenced-d.measures.get(name).wasted))
	return &csi.NodeGetVolumeStatsResponse{Usage: []*csi.VolumeUsage{{
		Unit: csi.VolumeUsage_BYTES, Total: v.Size, Used: used, Available: min(v.Size-used, left),
	}}}, nil
}
