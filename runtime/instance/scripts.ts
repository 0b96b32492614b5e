/** The shell scripts of the MySQL image: POSIX sh, nothing needed but mysqld, mysql and coreutils. */
import { pageDamageCodes } from "../mysql/pageDamage.ts";
import { roomVariables } from "../mysql/room.ts";
import { dataFolder, type Paths, pidFile, socket } from "./place.ts";
import { volumeNotePrefix } from "./volumeNote.ts";

/** Written into a new data directory; says that mysqld finished initialising it, and when. */
export const initialisedMarker = "mysql-dr-initialised";

const path = 'PATH="$PATH:/usr/sbin:/usr/bin:/sbin:/bin"';

/**
 * `usable` ends the container where nothing can be written to the volume, and `unusable` says why, by the container's last
 * word: nothing runs then that the watchdog could ask. A full volume is no reason to stay away: what is on it can be read.
 */
function volumeChecks(paths: Paths): string {
	return `tell() {
	echo "${volumeNotePrefix} $1: $2" >${shellWord(paths.lastWord)} || :
	echo "the volume cannot be used ($1): $2" >&2
}

unusable() {
	tell "$1" "$2"
	exit 1
}

usable() {
	probe=${shellWord(`${paths.volume}/mysql-dr-probe`)}
	if why=$( { echo probe >"$probe" && sync "$probe"; } 2>&1); then
		rm -f "$probe"
		return
	fi
	case $why in
	*"Read-only file system"*) unusable read-only "$why" ;;
	*"Input/output error"*) unusable failing "$why" ;;
	esac
	rm -f "$probe" || :
}`;
}

/** On a volume: what the instance was told last that it stands on. */
export const volumeMarker = "mysql-dr-volume";

/**
 * A volume that was made of a snapshot brings data with the server UUID of the instance that it was taken of. Nothing on it
 * tells so: the watchdog tells the instance (runtime/failover/volumeMaking.ts), before there is a pod, which volume it stands
 * on. Data that came with another volume get a new server UUID at their next start.
 */
function ownIdentity(paths: Paths, pod: string): string {
	return `told=$(cat ${shellWord(`${paths.volumes}/${pod}`)} 2>/dev/null || :)
marker=${shellWord(`${paths.volume}/${volumeMarker}`)}
if [ -n "$told" ] && [ "$(cat "$marker" 2>/dev/null || :)" != "$told" ]; then
	rm -f "$data/auto.cnf"
	printf '%s\n' "$told" >"$marker.new"
	sync "$marker.new"
	mv "$marker.new" "$marker"
	sync "\${marker%/*}" || sync
fi`;
}

/**
 * Makes the data directory, if there is none, beside its place and renames it when it is complete and on disk:
 * a kill in the middle leaves nothing that looks finished. The init file holds the passwords and is removed
 * whenever a data directory exists.
 */
export function initialiseScript(paths: Paths, pod: string): string {
	return `#!/bin/sh
set -eu
umask 027
${path}
data=${shellWord(dataFolder(paths))}
init=${shellWord(`${paths.run}/initialise.sql`)}

${volumeChecks(paths)}

usable
${ownIdentity(paths, pod)}
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

/** What tells of damaged data, as patterns of `case`; also that a tablespace is gone without which there is no server. */
const damaged = [
	...pageDamageCodes.map((code) => `*"[${code}]"*`),
	`*"[MY-012216]"*"'mysql.ibd'"*`,
	`*"[MY-012646]"*ibdata1*"OS error 71"*`,
];

/**
 * Runs mysqld and starts it again after a restart that it asked for itself (RESTART and CLONE end it with 16; it
 * asks only where MYSQLD_PARENT_PID says that somebody listens, see the manual's RESTART statement) and after a
 * SIGKILL: the kubelet would do so too, but waits up to five minutes when it happens again. Any other end is the
 * container's end. A file named `hold` keeps mysqld from starting (drills and repairs set it). What an earlier mysqld
 * left is removed: its pid, in the socket's lock file, may belong to another process by now. Data that went while the
 * pod was there are not made anew here: the passwords that it takes are gone, and the watchdog is told.
 * After a CLONE mysqld keeps its server UUID (seen on 9.7.4) although its own history is gone: as a primary it would then
 * give new transactions the GTIDs of those that went. So a data directory that was just cloned (`#status_fix` lies in it
 * until its first start is through) gets a new one.
 * A relay log that an earlier mysqld had not synced (`Instance.catchUp`) is: nothing syncs it later, and what comes after it is
 * acknowledged.
 * What mysqld says is passed on line by line, so that the first word of a page that is not what InnoDB wrote is noted: when
 * mysqld ends after that, whatever the reason, it is the container's last word, with the server UUID of the data. A clone
 * brings other data, and ends it.
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

nag() {
	while sleep 1 && kill -0 $$ && kill -TERM "$1"; do :; done 2>/dev/null
}

${volumeChecks(paths)}

listen() {
	while IFS= read -r line || [ -n "$line" ]; do
		printf '%s\\n' "$line" >&2
		case $line in
		${damaged.join(" | ")}) [ -e "$run/damage" ] || printf '%s\\n' "$line" >"$run/damage" ;;
		esac
	done
}

# Why there is no next start, where that is the data's fault.
end() {
	[ ! -s "$run/damage" ] || tell "corrupt $(server_uuid)" "$(cat "$run/damage")"
	exit "$1"
}

server_uuid() {
	while IFS== read -r key value; do
		[ "$key" != server-uuid ] || echo "$value"
	done <"$data/auto.cnf"
}

# How much room there is on the volume, for whoever may read performance_schema. mysql ends with mysqld, and begins anew.
# Where the file system is that of many volumes, only what lies on this one says anything.
room() {
	volume=${shellWord(paths.volume)}
	while kill -0 $$ 2>/dev/null; do
		while kill -0 $$ 2>/dev/null; do
			set -- $(df -B1 --output=size,avail "$volume" | tail -n 1) $(du -sB1 "$volume" | cut -f 1)
			echo "SET @${roomVariables.total} = $1, @${roomVariables.free} = $2, @${roomVariables.used} = $3;" || break
			sleep 15
		done | mysql --defaults-file="$run/probe.cnf" --batch >/dev/null 2>&1
		sleep 5
	done
}

(exec </dev/null >/dev/null 2>&1 && room) &
room=$!
trap 'kill $room 2>/dev/null' EXIT

[ -p "$run/said" ] || mkfifo -m 600 "$run/said"
export MALLOC_ARENA_MAX=2 MYSQLD_PARENT_PID=$$
while :; do
	while [ -e "$run/hold" ] && [ -z "$stopping" ]; do sleep 0.2; done
	[ -z "$stopping" ] || exit 143
	usable
	[ -d "$data" ] || unusable missing "there is no data directory on it"
	for log in "$data"/relay*; do
		[ ! -f "$log" ] || why=$(sync "$log" 2>&1) || unusable failing "$why"
	done
	rm -f ${shellWord(pidFile(paths))} ${shellWord(socket(paths))} ${shellWord(`${socket(paths)}.lock`)}
	[ ! -e "$data/#clone/#status_fix" ] || rm -f "$data/auto.cnf" "$run/damage"
	# All ends are opened here, the third so that none waits for the other: whoever dies early leaves nobody waiting.
	exec 3<>"$run/said" 4<"$run/said" 5>"$run/said"
	# By exec, since a shell keeps copies of what it redirects for a function.
	(exec <&4 3>&- 4>&- 5>&- && listen) &
	listener=$!
	(exec 2>&5 3>&- 4>&- 5>&- && exec mysqld --defaults-file="$run/my.cnf") &
	mysqld=$!
	exec 3>&- 4>&- 5>&-
	# Told to stop before there was anybody to tell.
	[ -z "$stopping" ] || stop
	wait "$mysqld"
	code=$?
	# A signal ends the first wait, not mysqld; and what comes while a process is only just made may be lost on it.
	[ -z "$stopping" ] || nag "$mysqld" &
	while [ -n "$stopping" ] && kill -0 "$mysqld" 2>/dev/null; do
		wait "$mysqld"
		code=$?
	done
	mysqld=
	# Only mysqld wrote to it: what it said last is through when the listener ends.
	wait "$listener"
	[ -z "$stopping" ] || end "$code"
	case $code in
	16 | 137) echo "mysqld ended with $code and is started again" >&2 ;;
	*) end "$code" ;;
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
