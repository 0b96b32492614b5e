package main

import (
	"context"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func claimAndVolume(name, volumeHandle, has, wants string) (*v1.PersistentVolumeClaim, *v1.PersistentVolume) {
	storage := func(text string) v1.ResourceList {
		return v1.ResourceList{v1.ResourceStorage: resource.MustParse(text)}
	}
	claim := &v1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "mysql", UID: "1"},
		Spec:       v1.PersistentVolumeClaimSpec{VolumeName: "pv-" + name, Resources: v1.VolumeResourceRequirements{Requests: storage(wants)}},
		Status:     v1.PersistentVolumeClaimStatus{Phase: v1.ClaimBound, Capacity: storage(has)},
	}
	volume := &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: "pv-" + name},
		Spec: v1.PersistentVolumeSpec{
			Capacity: storage(has), ClaimRef: &v1.ObjectReference{Namespace: "mysql", Name: name, UID: "1"},
			PersistentVolumeSource: v1.PersistentVolumeSource{CSI: &v1.CSIPersistentVolumeSource{Driver: driverName, VolumeHandle: volumeHandle}},
		},
	}
	return claim, volume
}

func TestClaimThatAsksForMoreIsGrownOnTheNodeOfItsVolumeOnly(t *testing.T) {
	d := newDriver(t, "zone-a")
	_, path := newVolume(t, d, "v", 64*mib, nil)
	here, pvHere := claimAndVolume("here", "zone-a/v", "64Mi", "128Mi")
	there, pvThere := claimAndVolume("there", "zone-b/v", "64Mi", "128Mi")
	client := fake.NewClientset(here, pvHere, there, pvThere)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	go growClaims(ctx, d, client)

	for size(t, client, "here").Cmp(resource.MustParse("128Mi")) != 0 {
		select {
		case <-ctx.Done():
			t.Fatal("the claim's status does not show its new size")
		case <-time.After(20 * time.Millisecond):
		}
	}
	pv, err := client.CoreV1().PersistentVolumes().Get(ctx, "pv-here", metav1.GetOptions{})
	must(t, err)
	if got := pv.Spec.Capacity.Storage().Value(); got != 128*mib {
		t.Errorf("the volume object has %d bytes", got)
	}
	if u, err := d.fs.usage(path); err != nil || u.limit < 128*mib {
		t.Errorf("the limit is %d, %v", u.limit, err)
	}
	if got := size(t, client, "there"); got.Value() != 64*mib {
		t.Errorf("the claim of another node has %v", got.String())
	}
}

func size(t *testing.T, client *fake.Clientset, claim string) *resource.Quantity {
	t.Helper()
	c, err := client.CoreV1().PersistentVolumeClaims("mysql").Get(t.Context(), claim, metav1.GetOptions{})
	must(t, err)
	return c.Status.Capacity.Storage()
}
