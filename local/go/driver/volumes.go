package main

import (
	"context"
	"errors"
	"io/fs"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	defaultSize = 1 << 30  // where nobody asks for a size
	leastSize   = 16 << 20 // below that, btrfs' own metadata takes a good part
)

// order is a checked wish for a volume.
type order struct {
	name   string
	size   int64 // bytes; 0: that of the source
	most   int64 // bytes; 0: any
	source source
	answer *csi.VolumeContentSource
}

// CreateVolume builds in the background and waits: a snapshot may have to come from another node, which can take longer
// than the caller waits. It then asks again and joins the build.
func (d *driver) CreateVolume(ctx context.Context, r *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	o, err := d.readOrder(r)
	if err != nil {
		return nil, err
	}
	if done, err := d.delivered(o); done != nil || err != nil {
		return done, err
	}
	if err := d.builds.wait(ctx, o.name, func(ctx context.Context) error { return d.build(ctx, o) }); err != nil {
		return nil, asStatus(err)
	}
	done, err := d.delivered(o)
	if done == nil && err == nil {
		err = status.Errorf(codes.Aborted, "volume %s was deleted meanwhile; try again", o.name)
	}
	return done, err
}

func (d *driver) readOrder(r *csi.CreateVolumeRequest) (order, error) {
	o := order{name: r.GetName(), answer: r.GetVolumeContentSource()}
	if !validName(o.name) {
		return o, status.Errorf(codes.InvalidArgument, "name %q: letters, digits, - and _ only, at most 128", o.name)
	}
	if err := checkCapabilities(r.GetVolumeCapabilities()); err != nil {
		return o, err
	}
	if !d.reachable(r.GetAccessibilityRequirements()) {
		return o, status.Errorf(codes.ResourceExhausted, "the volume may not lie on node %s", d.node)
	}
	var err error
	if o.source, err = readSource(r.GetVolumeContentSource()); err != nil {
		return o, err
	}
	return o, o.readSize(r.GetCapacityRange())
}

func (o *order) readSize(wish *csi.CapacityRange) error {
	o.size, o.most = wish.GetRequiredBytes(), wish.GetLimitBytes()
	if o.size < 0 || o.most < 0 || (o.most > 0 && o.most < max(o.size, leastSize)) {
		return status.Errorf(codes.OutOfRange, "size %d, at most %d: volumes have %d bytes and more", o.size, o.most, leastSize)
	}
	switch {
	case o.size > 0:
		o.size = max(o.size, leastSize)
	case o.source.kind != "": // that of the source, found out later
	case o.most > 0:
		o.size = min(defaultSize, o.most)
	default:
		o.size = defaultSize
	}
	return nil
}

func (d *driver) reachable(wish *csi.TopologyRequirement) bool {
	if len(wish.GetRequisite()) == 0 {
		return true
	}
	for _, t := range wish.GetRequisite() {
		if node, ok := t.GetSegments()[topologyKey]; !ok || node == d.node {
			return true
		}
	}
	return false
}

// delivered answers with the volume if it is there, or says that one of this name but another kind is.
func (d *driver) delivered(o order) (*csi.CreateVolumeResponse, error) {
	r, err := d.volumes.load(o.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, asStatus(err)
	}
	if r.Size < o.size || (o.most > 0 && r.Size > o.most) || r.SourceKind != o.source.kind || r.Source != o.source.String() {
		return nil, status.Errorf(codes.AlreadyExists, "volume %s exists with %d bytes, made from %q", o.name, r.Size, r.Source)
	}
	return &csi.CreateVolumeResponse{Volume: &csi.Volume{
		VolumeId: d.handle(o.name), CapacityBytes: r.Size, ContentSource: o.answer,
		AccessibleTopology: []*csi.Topology{d.topology()},
	}}, nil
}

// build makes the volume. Its record comes last and makes it exist; whatever fails before leaves nothing.
func (d *driver) build(ctx context.Context, o order) (err error) {
	release, err := d.locks.own(volumeKey(o.name))
	if err != nil {
		return err
	}
	defer release()
	path := d.volumes.path(o.name)
	if err := d.fs.remove(ctx, path); err != nil { // of an attempt that a crash ended
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.fs.remove(context.WithoutCancel(ctx), path))
		}
	}()
	size, err := d.fill(ctx, o, path)
	if err != nil {
		return err
	}
	if err := d.limit(ctx, o.name, size); err != nil {
		return err
	}
	return d.volumes.save(o.name, record{Size: size, Created: now(), Source: o.source.String(), SourceKind: o.source.kind})
}

func (d *driver) DeleteVolume(ctx context.Context, r *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	name, err := d.mine(r.GetVolumeId())
	if status.Code(err) == codes.NotFound {
		return &csi.DeleteVolumeResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	release, err := d.locks.own(volumeKey(name))
	if err != nil {
		return nil, err
	}
	defer release()
	path := d.volumes.path(name)
	if where := mountedAt(path); where != "" {
		return nil, status.Errorf(codes.FailedPrecondition, "volume %s is in use at %s", name, where)
	}
	if err := errors.Join(d.volumes.forget(name), d.fs.remove(ctx, path)); err != nil {
		return nil, asStatus(err)
	}
	d.measures.forget(name)
	return &csi.DeleteVolumeResponse{}, nil
}

func (d *driver) GetCapacity(_ context.Context, r *csi.GetCapacityRequest) (*csi.GetCapacityResponse, error) {
	if node, named := r.GetAccessibleTopology().GetSegments()[topologyKey]; named && node != d.node {
		return &csi.GetCapacityResponse{}, nil
	}
	_, available, err := d.fs.space()
	return &csi.GetCapacityResponse{AvailableCapacity: available}, asStatus(err)
}
