package main

import (
	"context"
	"errors"
	"io/fs"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// CreateSnapshot takes a read-only btrfs snapshot. It is atomic: what a power cut at that moment would have left.
func (d *driver) CreateSnapshot(ctx context.Context, r *csi.CreateSnapshotRequest) (*csi.CreateSnapshotResponse, error) {
	name := r.GetName()
	if !validName(name) {
		return nil, status.Errorf(codes.InvalidArgument, "name %q: letters, digits, - and _ only, at most 128", name)
	}
	if r.GetSourceVolumeId() == "" {
		return nil, status.Error(codes.InvalidArgument, "the source volume is missing")
	}
	release, err := d.locks.own(snapshotKey(name))
	if err != nil {
		return nil, err
	}
	defer release()
	have, err := d.snapshots.load(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if have, err = d.takeSnapshot(ctx, name, r.GetSourceVolumeId()); err != nil {
			return nil, asStatus(err)
		}
	case err != nil:
		return nil, asStatus(err)
	case have.Source != r.GetSourceVolumeId():
		return nil, status.Errorf(codes.AlreadyExists, "snapshot %s exists, of volume %s", name, have.Source)
	}
	return &csi.CreateSnapshotResponse{Snapshot: d.describeSnapshot(name, have)}, nil
}

func (d *driver) takeSnapshot(ctx context.Context, name, volumeID string) (record, error) {
	volume, of, err := d.find(d.volumes, volumeID)
	if err != nil {
		return record{}, err
	}
	release, err := d.locks.share(volumeKey(volume))
	if err != nil {
		return record{}, err
	}
	defer release()
	path := d.snapshots.path(name)
	if err := d.fs.remove(ctx, path); err != nil { // of an attempt that a crash ended
		return record{}, err
	}
	r := record{Size: of.Size, Created: now(), Source: volumeID, SourceKind: kindVolume}
	if err := d.fs.readOnlySnapshot(ctx, d.volumes.path(volume), path); err != nil {
		return record{}, err
	}
	return r, d.snapshots.save(name, r)
}

func (d *driver) describeSnapshot(name string, r record) *csi.Snapshot {
	return &csi.Snapshot{
		SnapshotId: d.handle(name), SourceVolumeId: r.Source, SizeBytes: r.Size,
		CreationTime: timestamppb.New(r.Created), ReadyToUse: true,
	}
}

func (d *driver) DeleteSnapshot(ctx context.Context, r *csi.DeleteSnapshotRequest) (*csi.DeleteSnapshotResponse, error) {
	name, err := d.mine(r.GetSnapshotId())
	if status.Code(err) == codes.NotFound {
		return &csi.DeleteSnapshotResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	release, err := d.locks.own(snapshotKey(name))
	if err != nil {
		return nil, err
	}
	defer release()
	err = errors.Join(d.snapshots.forget(name), d.fs.remove(ctx, d.snapshots.path(name)))
	return &csi.DeleteSnapshotResponse{}, asStatus(err)
}
