#!/bin/bash
# init.sh: the first process of a machine. Prepares it, then keeps its daemons running until it is told to end.
# Logs: /var/log/mysql-dr/DAEMON.log
set -u
config=/opt/mysql-dr/config log=/var/log/mysql-dr

keep() { # keep DAEMON: run it, and run it again; its log is cut when it has grown out of hand
	local name=$1
	while :; do
		[ "$(stat -c %s "$log/$name.log" 2>/dev/null || echo 0)" -lt 50000000 ] || mv "$log/$name.log" "$log/$name.log.old"
		echo "--- start $(date -Is)" >> "$log/$name.log"
		sh "$config/daemons/$name" >> "$log/$name.log" 2>&1 < /dev/null
		echo "--- exit $? $(date -Is)" >> "$log/$name.log"
		sleep 1
	done
}

others() { # whether a process is left that will end by itself: one that catches TERM and is no containerd shim
	local pid field value name
	for pid in /proc/[0-9]*; do
		[ "$pid" != /proc/1 ] || continue
		while read -r field value; do
			[ "$field" != Name: ] || name=$value
			[ "$field" = SigCgt: ] || continue
			case $name in containerd-shim*) ;; *) ((0x$value & 0x4000)) && return 0 ;; esac
		done 2>/dev/null < "$pid/status"
	done 2>/dev/null
	return 1
}

stop() { # everything is asked to end at once, databases too; what does not in time is cut off
	trap '' TERM
	kill -TERM -1
	local until=$((SECONDS + $(cat "$config/stop-seconds")))
	while others && [ $SECONDS -lt $until ]; do sleep 0.1; done
	exit 0
}
trap stop TERM

sh -eu "$config/prepare" >> "$log/prepare.log" 2>&1 || echo "prepare failed, see prepare.log"
for each in "$config"/daemons/*; do keep "${each##*/}" & done
# Orphans come to the first process; bash reaps them while it waits.
while :; do wait; sleep 1; done
