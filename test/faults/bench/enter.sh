#!/bin/sh
# Runs a command in the image's root, with what a pod would mount: enter.sh ROOT USER SOURCE:TARGET... -- COMMAND...
# Called in a mount namespace of its own, which ends with the command.
set -eu
root=$1
user=$2
shift 2
while [ "$1" != -- ]; do
	mount --bind "${1%%:*}" "$root${1#*:}"
	shift
done
shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
exec chroot --userspec="$user" --groups= "$root" "$@"
