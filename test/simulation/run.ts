/** The nightly command: `npm run simulate -- --schedules 100000 --seed 1`; with `--trace` one seed is shown in full. */
import { parseArgs } from "node:util";
import { shrink, simulate } from "./simulate.ts";

const { values } = parseArgs({
	options: {
		schedules: { type: "string", default: "2000" },
		seed: { type: "string", default: "1" },
		trace: { type: "boolean", default: false },
	},
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const first = Number(values.seed);
const schedules = values.trace ? 1 : Number(values.schedules);
const began = performance.now();
const sum = { faults: 0, acknowledged: 0, terms: 0, failed: 0, slowest: 0 };
for (let seed = first; seed < first + schedules; seed++) {
	const outcome = await simulate({ seed });
	sum.faults += outcome.faults.length;
	sum.acknowledged += outcome.acknowledged;
	sum.terms += outcome.terms - 1;
	sum.slowest = Math.max(sum.slowest, outcome.recoveredMs);
	if (outcome.violations.length > 0) {
		sum.failed += 1;
		const { faults, violations, trace } = await shrink(outcome);
		say(`seed ${seed}: ${violations.join("; ")}\n  ${faults.map((f) => JSON.stringify(f)).join("\n  ")}`);
		if (values.trace) say(trace.join("\n"));
	} else if (values.trace) say(outcome.trace.join("\n"));
}
const seconds = (performance.now() - began) / 1000;
say(
	`${schedules} schedules from seed ${first} in ${seconds.toFixed(1)} s (${(schedules / seconds).toFixed(0)}/s): ${sum.faults} faults, ${sum.terms} changes of the primary, ${sum.acknowledged} acknowledged writes, slowest recovery ${(sum.slowest / 1000).toFixed(1)} s, ${sum.failed} failed`,
);
process.exitCode = sum.failed === 0 ? 0 : 3;
