package main

import (
	"regexp"
	"strings"
)

// handle names a volume or snapshot in the whole site: "<node>/<name>". The node that holds it can be read from it,
// so that any node finds a snapshot's bytes without asking anybody.
type handle struct{ node, name string }

func (h handle) String() string { return h.node + "/" + h.name }

var (
	// Sidecars send pvc-<uid> and snapshot-<uid>. No dot, no slash: a name becomes a path, and <name>.json lies beside it.
	namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)
	nodePattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)
)

func validName(name string) bool { return namePattern.MatchString(name) }
func validNode(node string) bool { return nodePattern.MatchString(node) }

// parseHandle tells whether the text is a handle that this driver could have made.
func parseHandle(text string) (handle, bool) {
	node, name, found := strings.Cut(text, "/")
	if !found || !validNode(node) || !validName(name) {
		return handle{}, false
	}
	return handle{node, name}, true
}
