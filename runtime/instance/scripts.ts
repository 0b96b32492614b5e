/** The shell scripts of the MySQL image: POSIX sh, nothing needed but mysqld, mysql and coreutils. */
import { dataFolder, type Paths, pidFile, socket } from "./place.ts";

/** Written into a new data directory; says that mysqld finished initialising it, and when. */
export const initialisedMarker = "mysql-dr-initialised";

const path = 'PATH="$PATH:/usr/sbin:/usr/bin:/sbin:/bin"';

/**
 * Makes the data directory, if there is none, beside its place and renames it when it is complete and on disk:
 * a kill in the middle leaves nothing that looks finished. The init file holds the passwords and is removed
 * whenever a data directory exists.
 */
export function initialiseScript(paths: Paths): string {
	return `#!/bin/sh
set -eu
umask 027
${path}
data=${shellWord(dataFolder(paths))}
init=${shellWord(`${paths.run}/initialise.sql`)}

if [ ! -d "$data" ]; then
	rm -rf "$data.new"
	# root has no password only until the last line of the init file; nothing listens meanwhile.
	mysqld --no-defaults --initialize-insecure --datadir="$data.new" --tmpdir=${shellWord(paths.temporary)} \\
		--init-file="$init" --disable-log-bin --gtid-mode=OFF --loose-mysqlx=OFF \\
		--auto-generate-certs=OFF --log-error-verbosity=1
	date -u +%Y-%m-%dT%H:%M:%SZ >"$data.new/${initialisedMarker}"
	# Only these files: a plain sync waits for everything that the machine has to write.
	sync "$data.new"/* "$data.new"/*/* "$data.new" || sync
	mv "$data.new" "$data"
	sync "\${data%/*}" || sync
fi
rm -f "$init"
`;
}

/**
 * Runs mysqld and starts it again after a restart that it asked for itself (RESTART and CLONE end it with 16; it
 * asks only where MYSQLD_PARENT_PID says that somebody listens, see the manual's RESTART statement) and after a
 * SIGKILL: the kubelet would do so too, but waits up to five minutes when it happens again. Any other end is the
 * container's end. A file named `hold` keeps mysqld from starting (drills and repairs set it). What an earlier mysqld
 * left is removed: its pid, in the socket's lock file, may belong to another process by now.
 * After a CLONE mysqld keeps its server UUID (seen on 9.7.4) although its own history is gone: as a primary it would then
 * give new transactions the GTIDs of those that went. So a data directory that was just cloned (`#status_fix` lies in it
 * until its first start is through) gets a new one.
 * Not more than two malloc arenas: they are never given back, and one a session costs more than it gains.
 */
export function startScript(paths: Paths): string {
	return `#!/bin/sh
set -u
${path}
run=${shellWord(paths.run)}
data=${shellWord(dataFolder(paths))}
mysqld=
stopping=

stop() {
	stopping=yes
	[ -z "$mysqld" ] || kill -TERM "$mysqld" 2>/dev/null
}
trap stop INT TERM

export MALLOC_ARENA_MAX=2 MYSQLD_PARENT_PID=$$
while :; do
	while [ -e "$run/hold" ] && [ -z "$stopping" ]; do sleep 0.2; done
	[ -z "$stopping" ] || exit 143
	rm -f ${shellWord(pidFile(paths))} ${shellWord(socket(paths))} ${shellWord(`${socket(paths)}.lock`)}
	[ ! -e "$data/#clone/#status_fix" ] || rm -f "$data/auto.cnf"
	mysqld --defaults-file="$run/my.cnf" &
	mysqld=$!
	wait "$mysqld"
	code=$?
	# A signal ends the first wait, not mysqld.
	while [ -n "$stopping" ] && kill -0 "$mysqld" 2>/dev/null; do
		wait "$mysqld"
		code=$?
	done
	mysqld=
	[ -z "$stopping" ] || exit "$code"
	case $code in
	16 | 137) echo "mysqld ended with $code and is started again" >&2 ;;
	*) exit "$code" ;;
	esac
done
`;
}

/**
 * What the kubelet runs before it ends the container: the primary stays until the watchdog has put another in its place
 * and taken its sessions and then its acknowledgements from it, so that clients meet a switchover and not a failover,
 * nor an instance that accepts connections and is ending. A replica goes at once, and so does one
 * whose mysqld is gone. An instance that does not answer is waited for: its primary's seat is being taken. The only
 * argument is the limit in seconds; `timeout` counts them, whatever the machine's clock does.
 */
export function leaveScript(paths: Paths): string {
	return `#!/bin/sh
set -u
${path}
run=${shellWord(paths.run)}
if [ "\${2:-}" != waiting ]; then
	timeout "$1" sh "$0" "$1" waiting || echo "still the primary after $1 s, or told to go" >&2
	exit 0
fi
while kill -0 "$(cat ${shellWord(pidFile(paths))} 2>/dev/null)" 2>/dev/null; do
	closed=$(timeout 2 mysql --defaults-file="$run/probe.cnf" -NBe 'SELECT @@GLOBAL.rpl_semi_sync_source_enabled = 0' 2>/dev/null)
	[ "$closed" != 1 ] || exit 0
	sleep 0.1
done
`;
}

function shellWord(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
