#!/bin/sh
# seed.sh ROOT FOLDER ARCHIVE...: fills FOLDER with a containerd image store that holds the archives. Runs in mount, PID and
# network namespaces of its own, with the programs of the machines' ROOT; leaves nothing but FOLDER. Started by imageStore.ts.
set -eu
lower=$1 folder=$2
shift 2
scratch=$folder/.scratch
mkdir -p "$scratch"
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
root=$scratch/root
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$scratch/upper,workdir=$scratch/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$folder/store" "$root/var/lib/containerd"
mount --bind "$folder/store" "$root/var/lib/containerd"
printf 'version = 3\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n' > "$root/run/containerd.toml"
in_root() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
in_root containerd -c /run/containerd.toml > "$root/run/containerd.log" 2>&1 &
daemon=$!
until in_root ctr version >/dev/null 2>&1; do
	kill -0 "$daemon" 2>/dev/null || { cat "$root/run/containerd.log" >&2; exit 1; }
	sleep 0.1
done
for archive; do in_root ctr --namespace k8s.io images import --local - < "$archive"; done
kill -TERM "$daemon"
wait "$daemon" || true
sync -f "$folder/store"
umount -l "$scratch"
rmdir "$scratch"
