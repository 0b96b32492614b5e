#!/bin/sh
# enter.sh NAME FOLDER ROOT BIN KEYS CGROUP-FILE...: turns this process, which has namespaces of its own already, into the
# machine NAME: joins its cgroups, builds its root file system over the shared read-only ROOT, and becomes its first process.
# Started by machine.ts, never by hand.
set -eu
name=$1 folder=$2 lower=$3 bin=$4 keys=$5
shift 5
for file; do echo 0 > "$file"; done   # 0: the writer itself, whatever its number is in this namespace

# /proc is still the outer one, so this is the outer number.
read -r stat < /proc/self/stat
outer=${stat%% *}
set -- ${stat##*) }
echo "$outer ${20}" > "$folder/pid.new"
mv "$folder/pid.new" "$folder/pid"

root=$folder/root
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
own=$root/opt/mysql-dr
mkdir -p "$own/bin" "$own/keys" "$own/config" "$own/disk" "$own/machine" "$root/outside"
for each in containerd kubelet etcd; do
	mkdir -p "$root/var/lib/$each"
	mount --bind "$folder/$each" "$root/var/lib/$each"
done
mkdir -p "$folder/var-log" && mount --bind "$folder/var-log" "$root/var/log"
mkdir -p "$root/var/log/mysql-dr" && mount --bind "$folder/log" "$root/var/log/mysql-dr"
mount --bind "$folder/disk" "$own/disk"
mount --bind -o ro "$folder/config" "$own/config"
mount --bind -o ro "$bin" "$own/bin"
mount --bind -o ro "$keys" "$own/keys"
cp "${0%/*}/init.sh" "$own/machine/init.sh"
hostname "$name"
cd "$root"
pivot_root . outside
mount --make-rprivate /outside
umount -l /outside
mount --make-rshared /   # containerd and the kubelet need shared propagation
export PATH=/opt/mysql-dr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec env -i PATH="$PATH" HOME=/root /bin/bash /opt/mysql-dr/machine/init.sh
