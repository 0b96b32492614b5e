package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// tlsFiles are paths of PEM files.
type tlsFiles struct{ cert, key, ca string }

func (t tlsFiles) complete() bool { return t.cert != "" && t.key != "" && t.ca != "" }

// nodeIdentity proves to other nodes which node this is, and checks theirs: by the certificates that nodes show the
// API server, CN system:node:<node> in the group system:nodes. Those are for clients and carry no address, so a server
// is checked by the node that it says it is.
type nodeIdentity struct {
	files tlsFiles
	roots *x509.CertPool
}

const (
	nodeGroup      = "system:nodes"
	nodeNamePrefix = "system:node:"
)

func loadIdentity(files tlsFiles) (nodeIdentity, error) {
	text, err := os.ReadFile(files.ca)
	if err != nil {
		return nodeIdentity{}, fmt.Errorf("-tls-ca: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nodeIdentity{}, fmt.Errorf("-tls-ca: %s holds no certificate", files.ca)
	}
	id := nodeIdentity{files: files, roots: roots}
	if _, err := id.certificate(); err != nil {
		return nodeIdentity{}, fmt.Errorf("-tls-cert, -tls-key: %w", err)
	}
	return id, nil
}

// certificate is read for each connection, so that a renewed one is used.
func (n nodeIdentity) certificate() (*tls.Certificate, error) {
	c, err := tls.LoadX509KeyPair(n.files.cert, n.files.key)
	return &c, err
}

// server lets in any node of the site.
func (n nodeIdentity) server() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS13,
		ClientAuth:     tls.RequireAnyClientCert, // checked below
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return n.certificate() },
		VerifyConnection: func(s tls.ConnectionState) error {
			_, err := n.peer(s)
			return err
		},
	}
}

// client talks to the one node.
func (n nodeIdentity) client(node string) *tls.Config {
	return &tls.Config{
		MinVersion:           tls.VersionTLS13,
		InsecureSkipVerify:   true, // the name is no host name: VerifyConnection checks chain and name
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return n.certificate() },
		VerifyConnection: func(s tls.ConnectionState) error {
			name, err := n.peer(s)
			if err == nil && name != node {
				err = fmt.Errorf("node %s answered, not %s", name, node)
			}
			return err
		},
	}
}

// peer tells which node is at the other end, if the site's authority says so.
func (n nodeIdentity) peer(s tls.ConnectionState) (string, error) {
	if len(s.PeerCertificates) == 0 {
		return "", errors.New("the other side shows no certificate")
	}
	leaf, between := s.PeerCertificates[0], x509.NewCertPool()
	for _, c := range s.PeerCertificates[1:] {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: n.roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return "", err
	}
	node, isNode := strings.CutPrefix(leaf.Subject.CommonName, nodeNamePrefix)
	if !isNode || !slices.Contains(leaf.Subject.Organization, nodeGroup) {
		return "", fmt.Errorf("%q is not a node of this site", leaf.Subject.CommonName)
	}
	return node, nil
}
