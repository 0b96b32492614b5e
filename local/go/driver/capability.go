package main

import (
	"context"
	"fmt"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var mountFlags = map[string]uintptr{
	"rw": 0, "ro": unix.MS_RDONLY, "noatime": unix.MS_NOATIME, "nodev": unix.MS_NODEV, "nosuid": unix.MS_NOSUID, "noexec": unix.MS_NOEXEC,
}

// unfit tells why a volume cannot be used in the way that is asked for, or "".
func unfit(c *csi.VolumeCapability) string {
	if c.GetMount() == nil {
		return "only mounted volumes are there, no block devices"
	}
	if t := c.GetMount().GetFsType(); t != "" && t != "btrfs" {
		return fmt.Sprintf("fsType %q: the file system is always btrfs; leave it out", t)
	}
	for _, f := range c.GetMount().GetMountFlags() {
		if _, known := mountFlags[f]; !known {
			return fmt.Sprintf("mount option %q is not supported", f)
		}
	}
	switch c.GetAccessMode().GetMode() {
	case csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER,
		csi.VolumeCapability_AccessMode_SINGLE_NODE_READER_ONLY,
		csi.VolumeCapability_AccessMode_SINGLE_NODE_SINGLE_WRITER,
		csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER:
		return ""
	}
	return fmt.Sprintf("access mode %s: a volume lies on one node and can be used there only", c.GetAccessMode().GetMode())
}

func checkCapabilities(all []*csi.VolumeCapability) error {
	if len(all) == 0 {
		return status.Error(codes.InvalidArgument, "the volume capabilities are missing")
	}
	for _, c := range all {
		if why := unfit(c); why != "" {
			return status.Error(codes.InvalidArgument, why)
		}
	}
	return nil
}

func (d *driver) ValidateVolumeCapabilities(_ context.Context, r *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	if r.GetVolumeId() == "" || len(r.GetVolumeCapabilities()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "the volume id or its capabilities are missing")
	}
	if _, _, err := d.find(d.volumes, r.GetVolumeId()); err != nil {
		return nil, err
	}
	for _, c := range r.GetVolumeCapabilities() {
		if why := unfit(c); why != "" {
			return &csi.ValidateVolumeCapabilitiesResponse{Message: why}, nil
		}
	}
	return &csi.ValidateVolumeCapabilitiesResponse{Confirmed: &csi.ValidateVolumeCapabilitiesResponse_Confirmed{
		VolumeContext: r.GetVolumeContext(), VolumeCapabilities: r.GetVolumeCapabilities(), Parameters: r.GetParameters(),
	}}, nil
}
