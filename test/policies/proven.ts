/**
 * Evidence of a restore and a failover that were tried yesterday, and that less was promised before: the configuration that a pack
 * is given where all is well.
 */

/** As the jobs and commands write them, in what a rule looks at. */
export function restoreReport(changed: object = {}) {
	const measured = { rtoSeconds: 190, rpoSeconds: 3 };
	return { version: 1, kind: "restore", cluster: "shop", at: daysAgo(1), verdict: "held", measured, ...changed };
}

export function drillReport(changed: object = {}) {
	const [objective, measured] = [
		{ rtoSeconds: 300, rpoSeconds: 0 },
		{ rtoSeconds: 3, rpoSeconds: 0 },
	];
	return { scenario: "pod", cluster: "shop", startedAt: daysAgo(1), verdict: "held", objective, measured, ...changed };
}

export function daysAgo(days: number): string {
	return new Date(Date.now() - days * 86_400_000).toISOString();
}

const weak = { tier: "standard", rto: "7d", rpo: "7d" };

/** By rule. @param clusters default: the sound program's database, and the stack's own */
export function proven(
	clusters: readonly string[] = ["shop", "mysql"],
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
	const restores = clusters.map((cluster) => restoreReport({ cluster }));
	return {
		"restore-tested": { reports: restores },
		"failover-drilled": { reports: clusters.map((cluster) => drillReport({ cluster })) },
		"bucket-tls": { organisation: true },
		"promise-not-weakened": { before: Object.fromEntries(clusters.map((cluster) => [cluster, weak])) },
	};
}
