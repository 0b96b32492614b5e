package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"k8s.io/klog/v2"
	registrationv1 "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

// serveDriver answers CSI calls at the socket until the context ends.
func serveDriver(ctx context.Context, d *driver, socket string, failed chan<- error) error {
	server := grpc.NewServer(grpc.UnaryInterceptor(logCalls))
	csi.RegisterIdentityServer(server, d)
	csi.RegisterControllerServer(server, d)
	csi.RegisterNodeServer(server, d)
	return serveSocket(ctx, server, socket, failed)
}

// register tells the kubelet, which watches the folder of the registration socket, where the driver answers.
func register(ctx context.Context, driverSocket, socket string, failed chan<- error) error {
	server := grpc.NewServer()
	registrationv1.RegisterRegistrationServer(server, &registrar{driverSocket: driverSocket, failed: failed})
	return serveSocket(ctx, server, socket, failed)
}

func serveSocket(ctx context.Context, server *grpc.Server, socket string, failed chan<- error) error {
	if err := os.MkdirAll(filepath.Dir(socket), 0o750); err != nil {
		return err
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) { // of the process before
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	go func() { failed <- server.Serve(listener) }()
	context.AfterFunc(ctx, server.Stop)
	return nil
}

type registrar struct {
	registrationv1.UnimplementedRegistrationServer
	driverSocket string
	failed       chan<- error
}

func (g *registrar) GetInfo(context.Context, *registrationv1.InfoRequest) (*registrationv1.PluginInfo, error) {
	return &registrationv1.PluginInfo{
		Type: registrationv1.CSIPlugin, Name: driverName, Endpoint: g.driverSocket, SupportedVersions: []string{"1.0.0"},
	}, nil
}

func (g *registrar) NotifyRegistrationStatus(_ context.Context, s *registrationv1.RegistrationStatus) (*registrationv1.RegistrationStatusResponse, error) {
	if !s.PluginRegistered {
		g.failed <- fmt.Errorf("the kubelet refused the driver: %s", s.Error) // the supervisor starts us again, and we register again
	} else {
		klog.InfoS("Registered with the kubelet")
	}
	return &registrationv1.RegistrationStatusResponse{}, nil
}

// logCalls leaves out questions that come all the time and change nothing.
func logCalls(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	began := time.Now()
	answer, err := handle(ctx, request)
	call := info.FullMethod[strings.LastIndex(info.FullMethod, "/")+1:]
	quiet := call == "Probe" || strings.Contains(call, "Get") || strings.HasPrefix(call, "List")
	switch {
	case err != nil:
		klog.ErrorS(err, "Call failed", "call", call, "took", time.Since(began).Round(time.Millisecond))
	case !quiet:
		klog.InfoS("Call", "call", call, "took", time.Since(began).Round(time.Millisecond))
	}
	return answer, err
}
