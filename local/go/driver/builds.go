package main

import (
	"context"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// builds lets long work outlive the call that asked for it: who asks again for the same name joins it.
type builds struct {
	mutex   sync.Mutex
	ctx     context.Context // the driver's life
	running map[string]*build
}

type build struct {
	done chan struct{}
	err  error // set before done is closed
}

func newBuilds(ctx context.Context) *builds { return &builds{ctx: ctx, running: map[string]*build{}} }

// wait returns the work's error, or DeadlineExceeded while it goes on: external-provisioner then keeps the claim and
// asks again.
func (b *builds) wait(ctx context.Context, name string, work func(context.Context) error) error {
	one := b.join(name, work)
	select {
	case <-one.done:
		return one.err
	case <-ctx.Done():
		return status.Errorf(codes.DeadlineExceeded, "volume %s is still being made; ask again", name)
	}
}

func (b *builds) join(name string, work func(context.Context) error) *build {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if one, running := b.running[name]; running {
		return one
	}
	one := &build{done: make(chan struct{})}
	b.running[name] = one
	go func() {
		one.err = work(b.ctx)
		b.mutex.Lock()
		delete(b.running, name)
		b.mutex.Unlock()
		close(one.done)
	}()
	return one
}
