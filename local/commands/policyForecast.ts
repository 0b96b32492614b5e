/** What the forecast was at the last deployment and what it becomes: from the stack's outputs. Pure. */
import { z } from "zod";
import { scenarios } from "../../objectives/index.ts";
import type { Outputs } from "../engine/policyEvents.ts";

const times = z.object({ rtoSeconds: z.number(), rpoSeconds: z.number() });
export type Times = z.infer<typeof times>;

/** The outputs of a stack, as far as they are about forecasts (components/outputs.ts). */
const documented = z.object({
	databases: z.record(
		z.string(),
		z.object({
			objectives: z.object({ scenarios: z.record(z.string(), times.extend({ title: z.string() })) }),
			forecast: z.record(z.string(), times.extend({ holds: z.boolean() })),
		}),
	),
});

/** One scenario of one database. */
export interface ForecastChange {
	readonly database: string;
	readonly scenario: string;
	/** What happens, for people: `one zone is lost`. */
	readonly title: string;
	readonly objective: Times;
	/** Null where there was none. */
	readonly before: Times | null;
	readonly after: Times;
	readonly holds: boolean;
}

/** In the order of the scenarios. Empty where the preview ended before it was known. */
export function forecastChanges(before: Outputs | null, after: Outputs | null): ForecastChange[] {
	const [old, now] = [before, after].map((outputs) => documented.safeParse(outputs).data?.databases ?? {});
	return Object.entries(now ?? {}).flatMap(([database, { objectives, forecast }]) =>
		scenarios.flatMap((scenario) => {
			const [promised, predicted] = [objectives.scenarios[scenario], forecast[scenario]];
			if (!promised || !predicted) return [];
			const { holds, ...after } = predicted;
			const { title, ...objective } = promised;
			const was = old?.[database]?.forecast[scenario];
			return [{ database, scenario, title, objective, before: was ? timesOf(was) : null, after, holds }];
		}),
	);
}

function timesOf({ rtoSeconds, rpoSeconds }: Times): Times {
	return { rtoSeconds, rpoSeconds };
}
