// Command mysql-dr-csi gives one zone of the local site its volumes: a CSI driver on btrfs that runs on each node,
// registers itself with the kubelet, fetches snapshots from the other zones and grows claims. README.md has the flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

const (
	driverName    = "csi.local.mysql-dr.dev"
	driverVersion = "0.1.0"
	topologyKey   = driverName + "/node"
)

type options struct {
	node, dir, kubelet, kubeconfig, listen string
	tls                                    tlsFiles
	peers                                  staticPeers
}

func main() {
	o := options{peers: staticPeers{}}
	flag.StringVar(&o.node, "node", "", "name of this node (required)")
	flag.StringVar(&o.dir, "dir", "/var/lib/mysql-dr-csi", "mounted btrfs file system of this node alone")
	flag.StringVar(&o.kubelet, "kubelet", "/var/lib/kubelet", "the kubelet's root folder")
	flag.StringVar(&o.kubeconfig, "kubeconfig", "", "finds the other nodes and grows claims; without it there is neither")
	flag.StringVar(&o.listen, "listen", "", "address of the snapshot transfer, such as :9850; empty: off")
	flag.StringVar(&o.tls.cert, "tls-cert", "", "this node's certificate, CN system:node:<node>, O system:nodes")
	flag.StringVar(&o.tls.key, "tls-key", "", "key of -tls-cert")
	flag.StringVar(&o.tls.ca, "tls-ca", "", "authority that signed the certificates of all nodes")
	flag.Var(o.peers, "peer", "node=host:port of another node's transfer, repeatable; else the Node's InternalIP and -listen's port")
	flag.Parse()
	if err := o.check(); err != nil {
		fmt.Fprintln(os.Stderr, "mysql-dr-csi:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT)
	defer stop()
	if err := run(ctx, o); err != nil {
		klog.ErrorS(err, "Stopped")
		klog.FlushAndExit(klog.ExitFlushTimeout, 1)
	}
}

func (o options) check() error {
	switch {
	case !validNode(o.node):
		return fmt.Errorf("-node: %q is not the name of a node; give the name that the kubelet registers", o.node)
	case flag.NArg() > 0:
		return fmt.Errorf("%q: unexpected; all settings are flags", strings.Join(flag.Args(), " "))
	case o.listen != "" && !o.tls.complete():
		return errors.New("-listen: needs -tls-cert, -tls-key and -tls-ca: snapshots are only given to nodes of this site")
	}
	return nil
}

// run serves until the context ends or one part fails: the supervisor starts the process again.
func run(ctx context.Context, o options) error {
	d, err := openDriver(ctx, o.node, o.dir)
	if err != nil {
		return err
	}
	var client kubernetes.Interface
	if o.kubeconfig != "" {
		config, err := clientcmd.BuildConfigFromFlags("", o.kubeconfig)
		if err != nil {
			return fmt.Errorf("-kubeconfig: %w", err)
		}
		if client, err = kubernetes.NewForConfig(config); err != nil {
			return fmt.Errorf("-kubeconfig: %w", err)
		}
	}
	failed := make(chan error, 4)
	if o.listen != "" {
		if err := startTransfer(ctx, d, o, client, failed); err != nil {
			return err
		}
	}
	if client != nil {
		go growClaims(ctx, d, client)
	}
	go d.keepLimits(ctx)
	socket := filepath.Join(o.kubelet, "plugins", driverName, "csi.sock")
	if err := serveDriver(ctx, d, socket, failed); err != nil {
		return err
	}
	if err := register(ctx, socket, filepath.Join(o.kubelet, "plugins_registry", driverName+"-reg.sock"), failed); err != nil {
		return err
	}
	klog.InfoS("Ready", "driver", driverName, "version", driverVersion, "node", o.node, "dir", o.dir)
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

// startTransfer gives this node's snapshots to the others and lets this node fetch theirs.
func startTransfer(ctx context.Context, d *driver, o options, client kubernetes.Interface, failed chan<- error) error {
	identity, err := loadIdentity(o.tls)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return fmt.Errorf("-listen: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return fmt.Errorf("-listen: %w", err)
	}
	d.remote = newPeerClient(identity, addressBook{static: o.peers, nodes: client, port: port})
	go func() { failed <- serveTransfer(ctx, d, listener, identity) }()
	return nil
}
