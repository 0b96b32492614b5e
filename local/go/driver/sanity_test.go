package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kubernetes-csi/csi-test/v5/pkg/sanity"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Upstream's suite of what every CSI driver has to promise.
func TestKeepsThePromisesOfEveryCSIDriver(t *testing.T) {
	d := newDriver(t, "zone-a")
	base := t.TempDir()
	socket := filepath.Join(base, "csi.sock")
	failed := make(chan error, 1)
	must(t, serveDriver(t.Context(), d, socket, failed))
	config := sanity.NewTestConfig()
	config.Address = "unix:" + socket
	config.DialOptions = []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	config.TargetPath = filepath.Join(base, "target")
	config.StagingPath = filepath.Join(base, "staging")
	config.TestVolumeSize = 64 * mib
	config.TestNodeVolumeAttachLimit = false
	config.CreateTargetDir = func(path string) (string, error) { return path, os.MkdirAll(path, 0o750) }
	sanity.Test(t, config)
}
