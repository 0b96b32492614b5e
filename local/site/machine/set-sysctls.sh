#!/bin/sh
# set-sysctls.sh NAME=VALUE...: sets those that the kernel has. Run in the network namespace that they are for: it is the
# writer's that /proc/sys/net shows.
set -eu
for each; do
	path=/proc/sys/$(echo "${each%%=*}" | tr . /)
	[ ! -e "$path" ] || echo "${each#*=}" > "$path"
done
