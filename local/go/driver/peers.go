package main

import (
	"context"
	"fmt"
	"net"
	"strings"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// staticPeers is the flag -peer node=host:port.
type staticPeers map[string]string

func (p staticPeers) String() string { return "" }

func (p staticPeers) Set(text string) error {
	node, address, _ := strings.Cut(text, "=")
	if _, _, err := net.SplitHostPort(address); err != nil || !validNode(node) {
		return fmt.Errorf("%q: give node=host:port", text)
	}
	p[node] = address
	return nil
}

// addressBook tells where the transfer of a node answers.
type addressBook struct {
	static staticPeers
	nodes  kubernetes.Interface // nil: only the static ones
	port   string               // of all nodes that are not static
}

func (a addressBook) address(ctx context.Context, node string) (string, error) {
	if address, known := a.static[node]; known {
		return address, nil
	}
	if a.nodes == nil {
		return "", fmt.Errorf("node %s: no -peer names it and there is no -kubeconfig to ask", node)
	}
	object, err := a.nodes.CoreV1().Nodes().Get(ctx, node, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("node %s: %w", node, err)
	}
	for _, x := range object.Status.Addresses {
		if x.Type == v1.NodeInternalIP {
			return net.JoinHostPort(x.Address, a.port), nil
		}
	}
	return "", fmt.Errorf("node %s has no InternalIP", node)
}
