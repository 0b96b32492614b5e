/**
 * What is to be done now: a pure function of what is seen and what was recorded. It never looks at
 * a clock, an address or a connection; acting re-reads what it relies on.
 */
import { contains, isEmpty, parseGtidSet } from "../mysql/gtidSet.ts";
import { held, type Reading } from "../mysql/reading.ts";
import { choose, chooseFirst, isAdmitted, surplus } from "./choose.ts";
import type { ClusterRecord, Request } from "./record.ts";
import { type Repair, repairs } from "./repair.ts";
import { type InstanceView, readable, type View } from "./view.ts";

export type Action =
	/** The first record of a cluster that never had one. */
	| { readonly do: "bootstrap"; readonly primary: string; readonly reason: string }
	/** Revoke acknowledgements, choose, catch up, record, promote. */
	| { readonly do: "failover"; readonly from: string; readonly reason: string }
	/** Open the recorded primary for writes: after a bootstrap, a restart or a leader's death half-way. */
	| { readonly do: "resume"; readonly primary: string; readonly reason: string }
	| { readonly do: "switchover"; readonly to: string; readonly request: Request }
	| { readonly do: "answer"; readonly request: Request; readonly refusal: string }
	/** Point mysql-primary at the primary's address. */
	| { readonly do: "publish"; readonly primary: string; readonly address: string }
	| { readonly do: "createSchemas"; readonly primary: string }
	| { readonly do: "wait"; readonly reason: string };

export type Alert =
	| "noRecord"
	| "quorum"
	| "divergent"
	| "nobody"
	| "primaryUnseen"
	| "primaryUnknown"
	| "tooFewAckers";

export interface Decision {
	readonly action: Action;
	readonly repairs: readonly Repair[];
	readonly alerts: readonly Alert[];
}

/** Names and sizes that do not change at run time. */
export interface Facts {
	readonly cluster: string;
	/** All instances that there should be. */
	readonly members: readonly string[];
	/** The host name under which an instance is a source. */
	readonly sourceHost: (name: string) => string;
}

export function decide(view: View, record: ClusterRecord | null, facts: Facts): Decision {
	if (record === null) return bootstrap(view, facts);
	const primary = view.instances.find((i) => i.name === record.primary);
	const health = primary?.health ?? { state: "unreachable", reason: "no pod", confirmed: true, refused: false };
	switch (health.state) {
		case "unknown":
			return idle(`the primary answers but not to us: ${health.reason}`, "primaryUnknown");
		case "unreachable":
			return whenSilent(view, record, facts, health);
		case "readable":
			return whenReadable(view, record, facts, health.reading);
	}
}

function bootstrap(view: View, facts: Facts): Decision {
	const seen = readable(view);
	if (seen.length < facts.members.length) {
		return idle(`${seen.length} of ${facts.members.length} instances answer; the first start needs all`);
	}
	const choice = chooseFirst(seen);
	if ("refused" in choice) return idle(choice.reason, "noRecord");
	return act({ do: "bootstrap", primary: choice.chosen, reason: "no record yet" });
}

/**
 * Silence alone is not death: the replicas must have lost it too. All of them when it is merely silent; one
 * when its host refuses connections, because another may for seconds still read what the dead primary had sent
 * (it writes each event to disk). Nothing in that rest was acknowledged by it, so it need not be waited for.
 */
function whenSilent(
	view: View,
	record: ClusterRecord,
	facts: Facts,
	health: { readonly reason: string; readonly confirmed: boolean; readonly refused: boolean },
): Decision {
	if (!health.confirmed) return idle(`the primary is silent: ${health.reason}`);
	const replicas = readable(view).filter((i) => i.name !== record.primary);
	const connected = replicas.filter((i) => i.reading.receiver?.state === "on");
	const agreed = health.refused && connected.length < replicas.length;
	if (connected.length > 0 && !agreed) {
		const names = connected.map((i) => i.name).join(", ");
		return idle(`only the watchdog cannot reach the primary; ${names} can`, "primaryUnseen");
	}
	return failover(view, record, facts, health.reason);
}

function failover(view: View, record: ClusterRecord, facts: Facts, reason: string): Decision {
	const choice = choose(record, facts.members, readable(view));
	if ("refused" in choice) return idle(choice.reason, choice.refused);
	return act({ do: "failover", from: record.primary, reason });
}

function whenReadable(view: View, record: ClusterRecord, facts: Facts, reading: Reading): Decision {
	if (!isIntact(record, reading)) {
		return failover(view, record, facts, "the primary's data directory is not the one of its term");
	}
	if (reading.superReadOnly || !reading.acksRequired) return whenClosed(view, record, facts, reading);
	return whenOpen(view, record, facts, reading);
}

function isIntact(record: ClusterRecord, reading: Reading): boolean {
	return isAdmitted(record, record.primary, reading) && contains(held(reading), parseGtidSet(record.gtidAtPromotion));
}

/** It came back from a restart, or a leader died before it had opened it. */
function whenClosed(view: View, record: ClusterRecord, facts: Facts, reading: Reading): Decision {
	const others = readable(view).filter((i) => i.name !== record.primary);
	const ahead = others.filter((i) => {
		const sound = isAdmitted(record, i.name, i.reading) && isEmpty(surplus(record, i.reading));
		return sound && !contains(held(reading), held(i.reading));
	});
	if (ahead.length > 0) {
		return failover(view, record, facts, `${ahead.map((i) => i.name).join(", ")} hold more than the primary`);
	}
	return act({ do: "resume", primary: record.primary, reason: "the recorded primary refuses writes" });
}

function whenOpen(view: View, record: ClusterRecord, facts: Facts, reading: Reading): Decision {
	const alerts: Alert[] = reading.ackers === 0 ? ["tooFewAckers"] : [];
	return {
		action: steady(view, record, facts, reading),
		repairs: repairs(view, record, facts, reading),
		alerts,
	};
}

function steady(view: View, record: ClusterRecord, facts: Facts, reading: Reading): Action {
	const primary = view.instances.find((i) => i.name === record.primary);
	const address = primary?.address ?? null;
	if (address !== null && view.published !== address) {
		return { do: "publish", primary: record.primary, address };
	}
	if (!record.schemasReady && reading.ackers > 0) {
		return { do: "createSchemas", primary: record.primary };
	}
	const { request } = view;
	if (request !== null && request.id !== record.request?.id) {
		return switchover(view, record, facts, request);
	}
	return { do: "wait", reason: "steady" };
}

function switchover(view: View, record: ClusterRecord, facts: Facts, request: Request): Action {
	const refuse = (refusal: string): Action => ({ do: "answer", request, refusal });
	const { to } = request;
	if (to === record.primary) return refuse(`${to} is the primary already`);
	if (to !== undefined && !facts.members.includes(to)) {
		return refuse(`there is no instance ${to}; there are ${facts.members.join(", ")}`);
	}
	const fit = view.instances.filter((i) => i.name !== record.primary && isFit(record, facts, i));
	const target = to === undefined ? fit[0]?.name : fit.find((i) => i.name === to)?.name;
	if (target !== undefined) return { do: "switchover", to: target, request };
	return refuse(`${to ?? "no replica"} is not a sound replica that replicates now`);
}

/** A replica that could take over within a moment. */
export function isFit(record: ClusterRecord, facts: Facts, view: InstanceView): boolean {
	if (view.health.state !== "readable" || view.busy !== null) return false;
	const { reading } = view.health;
	return (
		isAdmitted(record, view.name, reading) &&
		isEmpty(surplus(record, reading)) &&
		reading.receiver?.state === "on" &&
		reading.receiver.source === facts.sourceHost(record.primary) &&
		reading.applier?.running === true
	);
}

function act(action: Action): Decision {
	return { action, repairs: [], alerts: [] };
}

function idle(reason: string, ...alerts: Alert[]): Decision {
	return { action: { do: "wait", reason }, repairs: [], alerts };
}
