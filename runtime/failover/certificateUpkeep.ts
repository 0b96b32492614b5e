/** Certificates are renewed long before they end, and the instances told to use what their pods see. */
import type { Logger } from "pino";
import type { Instance } from "../mysql/instance.ts";
import type { Clock } from "./clock.ts";

export interface UpkeepOptions {
	/** Renews what is due. */
	readonly refresh: () => Promise<unknown>;
	readonly members: readonly string[];
	readonly instance: (name: string) => Promise<Instance>;
	readonly statementMs: number;
	readonly log: Logger;
	readonly clock: Clock;
}

/** A renewal comes 30 days early, and a pod sees it within minutes: once an hour is soon enough. */
const periodMs = 3_600_000;

/** Runs until `stop`; what fails is tried again an hour later. */
export async function keepCertificates(options: UpkeepOptions, stop: AbortSignal): Promise<void> {
	while (!stop.aborted) {
		await options.clock.sleep(periodMs, stop);
		if (stop.aborted) return;
		await options.refresh().catch((err) => options.log.warn({ err }, "the certificates could not be checked"));
		for (const name of options.members) {
			const reloaded = options.instance(name).then((i) => i.reloadCertificates(options.statementMs));
			await reloaded.catch((err) => options.log.warn({ err }, `${name} did not reload its certificates`));
		}
	}
}
