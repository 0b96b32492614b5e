package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const mib = int64(1 << 20)

// newDisk mounts a btrfs of its own from a sparse file until the test ends.
func newDisk(t testing.TB) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: it mounts a btrfs file system")
	}
	for _, program := range []string{"mkfs.btrfs", "btrfs", "mount"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs %s (Debian: btrfs-progs)", program)
		}
	}
	if text, _ := os.ReadFile("/proc/filesystems"); !bytes.Contains(text, []byte("\tbtrfs\n")) {
		t.Skip("needs a kernel with btrfs")
	}
	base := t.TempDir()
	image, dir := filepath.Join(base, "disk.img"), filepath.Join(base, "mnt")
	must(t, os.WriteFile(image, nil, 0o600))
	must(t, os.Truncate(image, 8<<30))
	must(t, os.Mkdir(dir, 0o700))
	shell(t, "mkfs.btrfs", "-q", image)
	shell(t, "mount", "-o", "loop,noatime,nodatacow,nodiscard", image, dir)
	t.Cleanup(func() { shell(t, "umount", dir) })
	return dir
}

// newDriver opens a driver on a new disk.
func newDriver(t testing.TB, node string) *driver {
	t.Helper()
	return openAt(t, node, newDisk(t))
}

func openAt(t testing.TB, node, dir string) *driver {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	d, err := openDriver(ctx, node, dir)
	must(t, err)
	return d
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func shell(t testing.TB, program string, args ...string) {
	t.Helper()
	if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v: %s", program, args, err, out)
	}
}

func wantCode(t testing.TB, err error, code codes.Code) {
	t.Helper()
	if status.Code(err) != code {
		t.Fatalf("got %v, want %s", err, code)
	}
}

var mountable = []*csi.VolumeCapability{{
	AccessType: &csi.VolumeCapability_Mount{Mount: &csi.VolumeCapability_MountVolume{}},
	AccessMode: &csi.VolumeCapability_AccessMode{Mode: csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER},
}}

func ask(name string, size int64, from *csi.VolumeContentSource) *csi.CreateVolumeRequest {
	return &csi.CreateVolumeRequest{
		Name: name, VolumeCapabilities: mountable, VolumeContentSource: from, CapacityRange: &csi.CapacityRange{RequiredBytes: size},
	}
}

func fromSnapshot(id string) *csi.VolumeContentSource {
	return &csi.VolumeContentSource{Type: &csi.VolumeContentSource_Snapshot{Snapshot: &csi.VolumeContentSource_SnapshotSource{SnapshotId: id}}}
}

func fromVolume(id string) *csi.VolumeContentSource {
	return &csi.VolumeContentSource{Type: &csi.VolumeContentSource_Volume{Volume: &csi.VolumeContentSource_VolumeSource{VolumeId: id}}}
}

// newVolume makes a volume and returns its id and the folder of its data.
func newVolume(t testing.TB, d *driver, name string, size int64, from *csi.VolumeContentSource) (id, path string) {
	t.Helper()
	v, err := d.CreateVolume(t.Context(), ask(name, size, from))
	must(t, err)
	return v.GetVolume().GetVolumeId(), d.volumes.path(name)
}

func newSnapshot(t testing.TB, d *driver, name, volume string) string {
	t.Helper()
	s, err := d.CreateSnapshot(t.Context(), &csi.CreateSnapshotRequest{Name: name, SourceVolumeId: volume})
	must(t, err)
	return s.GetSnapshot().GetSnapshotId()
}

// write appends random bytes until it is done or the file system refuses; it returns how many it wrote, on the disk.
func write(t testing.TB, path string, bytes int64) (int64, error) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(t, err)
	defer f.Close()
	block := make([]byte, mib)
	_, _ = rand.Read(block)
	var done int64
	for done < bytes {
		n, err := f.Write(block[:min(mib, bytes-done)])
		done += int64(n)
		if err != nil {
			return done, err
		}
	}
	return done, f.Sync()
}

func commit(t testing.TB, dir string) {
	t.Helper()
	f, err := os.Open(dir)
	must(t, err)
	defer f.Close()
	must(t, unix.Syncfs(int(f.Fd())))
}

// authority signs certificates of nodes, as the site's does.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	dir  string
	next int64
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	a := &authority{key: key, dir: t.TempDir(), next: 2}
	a.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "site"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, a.cert, a.cert, &key.PublicKey, key)
	must(t, err)
	writePEM(t, filepath.Join(a.dir, "ca.crt"), "CERTIFICATE", der)
	return a
}

func (a *authority) sign(t testing.TB, commonName, group string) tlsFiles {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	a.next++
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(a.next), Subject: pkix.Name{CommonName: commonName, Organization: []string{group}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.cert, &key.PublicKey, a.key)
	must(t, err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	must(t, err)
	name := filepath.Join(a.dir, big.NewInt(a.next).String())
	writePEM(t, name+".crt", "CERTIFICATE", der)
	writePEM(t, name+".key", "EC PRIVATE KEY", keyDER)
	return tlsFiles{cert: name + ".crt", key: name + ".key", ca: filepath.Join(a.dir, "ca.crt")}
}

func (a *authority) node(t testing.TB, node string) nodeIdentity {
	t.Helper()
	id, err := loadIdentity(a.sign(t, nodeNamePrefix+node, nodeGroup))
	must(t, err)
	return id
}

func writePEM(t testing.TB, path, kind string, der []byte) {
	t.Helper()
	must(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}
