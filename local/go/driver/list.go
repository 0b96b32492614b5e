package main

import (
	"context"
	"strings"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A page starts after the last name of the page before, so that deletions in between lose nothing.
const tokenPrefix = "after:"

func page(names []string, token string, most int32) (part []string, next string, err error) {
	if most < 0 {
		return nil, "", status.Error(codes.InvalidArgument, "max_entries is negative")
	}
	last, valid := strings.CutPrefix(token, tokenPrefix)
	if token != "" && (!valid || !validName(last)) {
		return nil, "", status.Errorf(codes.Aborted, "starting_token %q is not one of ours; start again without it", token)
	}
	for _, name := range names {
		if name <= last {
			continue
		}
		if most > 0 && len(part) == int(most) {
			return part, tokenPrefix + part[len(part)-1], nil
		}
		part = append(part, name)
	}
	return part, "", nil
}

// ListVolumes lists the volumes of this node.
func (d *driver) ListVolumes(_ context.Context, r *csi.ListVolumesRequest) (*csi.ListVolumesResponse, error) {
	names, err := d.volumes.names()
	if err != nil {
		return nil, asStatus(err)
	}
	names, next, err := page(names, r.GetStartingToken(), r.GetMaxEntries())
	if err != nil {
		return nil, err
	}
	out := &csi.ListVolumesResponse{NextToken: next}
	for _, name := range names {
		if v, err := d.volumes.load(name); err == nil { // else it was deleted meanwhile
			out.Entries = append(out.Entries, &csi.ListVolumesResponse_Entry{Volume: &csi.Volume{
				VolumeId: d.handle(name), CapacityBytes: v.Size, AccessibleTopology: []*csi.Topology{d.topology()},
			}})
		}
	}
	return out, nil
}

// ListSnapshots lists the snapshots of this node, or the one, or those of one volume.
func (d *driver) ListSnapshots(_ context.Context, r *csi.ListSnapshotsRequest) (*csi.ListSnapshotsResponse, error) {
	names, err := d.snapshots.names()
	if err != nil {
		return nil, asStatus(err)
	}
	var fitting []string
	for _, name := range names {
		s, err := d.snapshots.load(name)
		named := r.GetSnapshotId() == "" || r.GetSnapshotId() == d.handle(name)
		taken := r.GetSourceVolumeId() == "" || r.GetSourceVolumeId() == s.Source
		if err == nil && named && taken {
			fitting = append(fitting, name)
		}
	}
	fitting, next, err := page(fitting, r.GetStartingToken(), r.GetMaxEntries())
	if err != nil {
		return nil, err
	}
	out := &csi.ListSnapshotsResponse{NextToken: next}
	for _, name := range fitting {
		if s, err := d.snapshots.load(name); err == nil {
			out.Entries = append(out.Entries, &csi.ListSnapshotsResponse_Entry{Snapshot: d.describeSnapshot(name, s)})
		}
	}
	return out, nil
}
