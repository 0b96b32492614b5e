package main

import (
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// locks keeps two calls from working on one thing. Nobody waits: CSI wants ABORTED, and the sidecars ask again.
type locks struct {
	mutex sync.Mutex
	held  map[string]int // -1: owned; n > 0: shared by n readers
}

func newLocks() *locks { return &locks{held: map[string]int{}} }

// own is for making, changing and deleting; share is for reading (a snapshot that is being sent).
func (l *locks) own(key string) (release func(), err error)   { return l.take(key, true) }
func (l *locks) share(key string) (release func(), err error) { return l.take(key, false) }

func (l *locks) take(key string, alone bool) (func(), error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	have := l.held[key]
	if have < 0 || (alone && have > 0) {
		return nil, status.Errorf(codes.Aborted, "another call works on %s; try again", key)
	}
	if alone {
		l.held[key] = -1
	} else {
		l.held[key] = have + 1
	}
	return func() { l.release(key) }, nil
}

func (l *locks) release(key string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.held[key] > 1 {
		l.held[key]--
		return
	}
	delete(l.held, key)
}
