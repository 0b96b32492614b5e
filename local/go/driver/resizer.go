package main

import (
	"context"
	"sync"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"github.com/kubernetes-csi/external-resizer/v2/pkg/controller"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/workqueue"
)

const (
	resizeWorkers = 2
	resizeResync  = 10 * time.Minute
	resizeRetry   = time.Second
	resizeSlowest = time.Minute
)

// growClaims runs upstream's resize controller for the claims whose volumes lie on this node. Its csi-resizer program
// knows no nodes: it would ask one driver to grow all volumes.
func growClaims(ctx context.Context, d *driver, client kubernetes.Interface) {
	factory := informers.NewSharedInformerFactory(client, resizeResync)
	retry := workqueue.NewTypedItemExponentialFailureRateLimiter[string](resizeRetry, resizeSlowest)
	resizer := localResizer{ctx, d}
	c := controller.NewResizeController(driverName, resizer, client, resizeResync, factory, retry, false, resizeSlowest)
	factory.Start(ctx.Done())
	c.Run(resizeWorkers, ctx, &sync.WaitGroup{})
}

// localResizer is external-resizer's resizer.Resizer, without the way over a CSI socket.
type localResizer struct {
	ctx    context.Context
	driver *driver
}

func (r localResizer) Name() string { return driverName }

func (r localResizer) DriverSupportsControlPlaneExpansion() bool { return true }

func (r localResizer) CanSupport(pv *v1.PersistentVolume, _ *v1.PersistentVolumeClaim) bool {
	if pv.Spec.CSI == nil || pv.Spec.CSI.Driver != driverName {
		return false
	}
	h, ok := parseHandle(pv.Spec.CSI.VolumeHandle)
	return ok && h.node == r.driver.node
}

// Resize grows the volume. Nothing is left to do on the node: the claim has its new size at once.
func (r localResizer) Resize(pv *v1.PersistentVolume, want resource.Quantity) (resource.Quantity, bool, error) {
	size, err := r.driver.grow(r.ctx, pv.Spec.CSI.VolumeHandle, &csi.CapacityRange{RequiredBytes: want.Value()})
	if err != nil {
		return pv.Spec.Capacity[v1.ResourceStorage], false, err
	}
	return *resource.NewQuantity(size, resource.BinarySI), false, nil
}
