package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// shelf keeps subvolumes of one kind: <dir>/<name> with its record <dir>/<name>.json beside it.
// The record is written last and removed first: a subvolume without one is half-made or half-deleted, and is swept.
type shelf struct{ dir string }

// record is what the driver knows of a volume or snapshot.
type record struct {
	Version int `json:"version"`
	// Size in bytes: of a volume what it may hold, of a snapshot the size of the volume that it was taken of.
	Size    int64     `json:"size"`
	Created time.Time `json:"created"`
	// Source is the handle of the volume that a snapshot was taken of, or of what a volume was made from.
	Source string `json:"source,omitempty"`
	// SourceKind is "snapshot" or "volume" for a volume that was made from one.
	SourceKind string `json:"sourceKind,omitempty"`
}

func (s shelf) path(name string) string       { return filepath.Join(s.dir, name) }
func (s shelf) recordPath(name string) string { return filepath.Join(s.dir, name+".json") }

// load returns fs.ErrNotExist where there is no such thing, or where it is not complete.
func (s shelf) load(name string) (record, error) {
	var r record
	text, err := os.ReadFile(s.recordPath(name))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("record of %s: %w", name, err)
	}
	if !exists(s.path(name)) {
		return r, fmt.Errorf("%s has a record but no data: %w", name, fs.ErrNotExist)
	}
	return r, nil
}

// save writes the record so that a crash leaves the old one or the new one.
func (s shelf) save(name string, r record) error {
	r.Version = 1
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	target := s.recordPath(name)
	file, err := os.OpenFile(target+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(target+".tmp", target); err != nil {
		return err
	}
	return syncFolder(s.dir)
}

func (s shelf) forget(name string) error {
	if err := os.Remove(s.recordPath(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// names lists what is complete, in the order of the names.
func (s shelf) names() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		name, isRecord := strings.CutSuffix(e.Name(), ".json")
		if isRecord && validName(name) && exists(s.path(name)) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names, nil
}

func exists(path string) bool { _, err := os.Lstat(path); return err == nil }

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
