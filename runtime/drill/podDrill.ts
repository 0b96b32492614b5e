/** The drill `pod`: mysqld of the primary is killed under load and kept from coming back until another serves. */
import { type DrillOptions, drillFailure, type Failure } from "./failureDrill.ts";
import type { DrillReport } from "./report.ts";
import { killMysqld, release } from "./victim.ts";

const killed: Failure = {
	scenario: "pod",
	recovered: "writes",
	caused: (victim) => `mysqld of ${victim} killed`,
	said: (victim) => `killed mysqld of ${victim} (SIGKILL) and keep it from starting`,
	cause: killMysqld,
	release,
	protectedMs: () => 300_000,
};

export const drillPod = (options: DrillOptions): Promise<DrillReport> => drillFailure(options, killed);
