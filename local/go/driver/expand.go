package main

import (
	"context"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// grow lets a volume hold that many bytes, while it is in use too. It never shrinks one. It returns the new size.
func (d *driver) grow(ctx context.Context, id string, capacity *csi.CapacityRange) (int64, error) {
	name, err := d.mine(id)
	if err != nil {
		return 0, err
	}
	release, err := d.locks.own(volumeKey(name))
	if err != nil {
		return 0, err
	}
	defer release()
	_, r, err := d.find(d.volumes, id)
	if err != nil {
		return 0, err
	}
	want, most := capacity.GetRequiredBytes(), capacity.GetLimitBytes()
	if want < 0 || (most > 0 && most < max(want, r.Size)) {
		return 0, status.Errorf(codes.OutOfRange, "size %d, at most %d: the volume has %d bytes and is not shrunk", want, most, r.Size)
	}
	if want > r.Size {
		if err := d.fits(want); err != nil {
			return 0, asStatus(err)
		}
		r.Size = want
		if err := d.volumes.save(name, r); err != nil {
			return 0, asStatus(err)
		}
	}
	return r.Size, asStatus(d.applyLimit(ctx, name)) // also when asked again: the first time may have failed here
}

func (d *driver) ControllerExpandVolume(ctx context.Context, r *csi.ControllerExpandVolumeRequest) (*csi.ControllerExpandVolumeResponse, error) {
	if r.GetCapacityRange() == nil {
		return nil, status.Error(codes.InvalidArgument, "the new size is missing")
	}
	size, err := d.grow(ctx, r.GetVolumeId(), r.GetCapacityRange())
	if err != nil {
		return nil, err
	}
	return &csi.ControllerExpandVolumeResponse{CapacityBytes: size}, nil // the limit is all: no file system to grow on the node
}

func (d *driver) NodeExpandVolume(ctx context.Context, r *csi.NodeExpandVolumeRequest) (*csi.NodeExpandVolumeResponse, error) {
	if r.GetVolumePath() == "" {
		return nil, status.Error(codes.InvalidArgument, "the volume path is missing")
	}
	size, err := d.grow(ctx, r.GetVolumeId(), r.GetCapacityRange())
	if err != nil {
		return nil, err
	}
	return &csi.NodeExpandVolumeResponse{CapacityBytes: size}, nil
}
