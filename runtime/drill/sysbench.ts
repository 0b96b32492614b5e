/** The real client: Debian's sysbench 1.0 with its OLTP read-write transactions. */

/** Transactions a second: a steady load that leaves room for what is measured. */
const rate = 40;

/**
 * The script of its container.
 *
 * The password goes through a file of options, never through the arguments, which every process of the node could
 * read; a test's own options (the tables) are not taken from there. sysbench takes certificates only by fixed names in the working directory, all three of them. When its server
 * goes away it ends (and with --mysql-ignore-errors it crashes in libmariadb: seen with 1.0.20), so it is started again
 * until it gets through, as an operator of a real client would have it.
 */
export function sysbenchScript(host: string): string {
	return `set -u
umask 077
ln -sf /etc/mysql-dr/tls/ca.crt cacert.pem
ln -sf /etc/mysql-dr/tls/tls.crt client-cert.pem
ln -sf /etc/mysql-dr/tls/tls.key client-key.pem
{
	printf 'mysql-password=%s\\n' "$(cat /etc/mysql-dr/drill/password)"
	cat <<END
db-driver=mysql
mysql-host=${host}
mysql-user=drill
mysql-db=mysql_dr_drill
mysql-ssl=on
threads=2
rate=${rate}
time=0
report-interval=1
END
} >sysbench.cfg
work() { sysbench --config-file=sysbench.cfg oltp_read_write --tables=2 --table_size=1000 "$1"; }
until work prepare; do
	work cleanup
	sleep 0.5
done
while :; do
	work run
	sleep 0.2
done
`;
}

/** One report of sysbench: when it was written, and transactions a second. */
export interface SysbenchTick {
	readonly at: number;
	readonly tps: number;
}

/** Reads the reports from a log with timestamps (`2026-11-22T19:00:00.123456789Z [ 3s ] thds: 2 tps: 38.00 ...`). */
export function sysbenchTicks(lines: readonly string[]): SysbenchTick[] {
	return lines.flatMap((line) => {
		const found = /^(\S+) \[ \d+s \] thds: \d+ tps: ([\d.]+)/.exec(line);
		const at = Date.parse(found?.[1] ?? "");
		return found === null || Number.isNaN(at) ? [] : [{ at, tps: Number(found[2]) }];
	});
}

/** What sysbench saw of a failure: its rate before and after. Null where it had no report. */
export function sysbenchAround(ticks: readonly SysbenchTick[], outage: { start: number; end: number }) {
	const mean = (some: readonly SysbenchTick[]) =>
		some.length === 0 ? null : Math.round((some.reduce((sum, { tps }) => sum + tps, 0) / some.length) * 10) / 10;
	return {
		tpsBefore: mean(ticks.filter(({ at }) => at < outage.start)),
		tpsAfter: mean(ticks.filter(({ at, tps }) => at > outage.end && tps > 0)),
	};
}
