/** The drill `volume`: all that is on the primary's volume is destroyed under load, until the copy is whole again elsewhere. */

import { volumeHoldOff } from "../failover/volumeWatch.ts";
import { until } from "../kubernetes/until.ts";
import { seconds } from "../terminal/seconds.ts";
import { type DrillOptions, drillFailure, type Failure } from "./failureDrill.ts";
import type { DrillReport } from "./report.ts";
import { written } from "./told.ts";
import { destroyVolume, release } from "./victim.ts";

/** Beyond the objective, so that what comes a little late is measured all the same. */
const extraMs = 60_000;

const destroyed: Failure = {
	scenario: "volume",
	recovered: "copy",
	caused: (victim) => `everything on the volume of ${victim} destroyed`,
	said: (victim) => `destroyed everything on the volume of ${victim} (mysqld killed, all files deleted)`,
	ready: awaitHoldOff,
	cause: destroyVolume,
	release,
	returns: true,
	protectedMs: ({ objective }) => objective.rto + extraMs,
};

export const drillVolume = (options: DrillOptions): Promise<DrillReport> => drillFailure(options, destroyed);

/** The watchdog would leave a volume alone that it replaced a moment ago, and that is not what is to be measured. */
async function awaitHoldOff(victim: string, { access, settings, signal, live }: DrillOptions): Promise<void> {
	const { holdOff } = settings.plan.volumes;
	await until({ timeoutMs: holdOff + extraMs, periodMs: 1000, signal }, async () => {
		const leftMs = volumeHoldOff(await written(access), victim, Date.now(), holdOff);
		live(`the volume of ${victim} was replaced a moment ago: waiting for ${seconds(Math.ceil(leftMs / 1000))}`);
		return leftMs === 0 ? true : null;
	});
}
