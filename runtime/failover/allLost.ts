/**
 * The way out where no instance has any data left: an operator's requests to give each a new volume, and then to begin anew
 * with a restored copy. Whoever may still have something is in the way of both. Pure.
 */
import { isEmpty } from "../mysql/gtidSet.ts";
import { held } from "../mysql/reading.ts";
import type { Action, Decision } from "./decide.ts";
import type { ClusterRecord, Request } from "./record.ts";
import { askedSeed, type SeedRequest } from "./seed.ts";
import type { InstanceView, View } from "./view.ts";

type Renewal = Extract<Request, { kind: "renewVolumes" }>;
type Asked = Renewal | SeedRequest;

/** The request that has no answer yet. */
export function askedAnew(view: View, record: ClusterRecord): Asked | null {
	const { request } = view;
	if (request?.kind === "renewVolumes") return request.id === record.request?.id ? null : request;
	const seed = askedSeed(view, record);
	return seed?.replaces === "lost" ? seed : null;
}

/** @param own what the watchdog would do by itself: what it can do without loss it does */
export function beginAnew(view: View, record: ClusterRecord, request: Asked, own: Decision): Action {
	if (own.action.do !== "wait") return own.action;
	const refuse = (refusal: string): Action => ({ do: "answer", request, refusal });
	const kept = view.instances.flatMap((instance) => whatIsLeft(instance));
	if (kept.length > 0) return refuse(`${kept.join("; ")}: not everything is lost (see mysql-dr promote)`);
	return request.kind === "seed" ? seeded(view, record, request, refuse) : renewed(view, record, request);
}

/** What may hold something of the history, and is therefore in the way. */
function whatIsLeft({ name, health }: InstanceView): string[] {
	if (health.state === "unknown") return [`${name} answers, but not to the watchdog`];
	if (health.state === "unreachable") return [];
	return isEmpty(held(health.reading)) ? [] : [`${name} holds data`];
}

/** One after the other, until each of them answers and is empty. */
function renewed(view: View, record: ClusterRecord, request: Renewal): Action {
	const silent = view.instances.filter(({ health }) => health.state !== "readable");
	if (silent.length === 0) return { do: "renewed", request };
	const next = silent.find((instance) => isGone(instance));
	if (next !== undefined) {
		const reason = next.volume?.fault?.reason ?? "";
		return { do: "renewVolume", step: { name: next.name, term: record.term, reason }, request };
	}
	return {
		do: "wait",
		reason: `${silent.map(({ name }) => name).join(", ")} is waited for, to be empty or known to be lost`,
	};
}

/** Its volume was not given up a moment ago, and nothing runs on it that could come to something. */
function isGone({ health, volume, busy }: InstanceView): boolean {
	const silent = health.state === "unreachable" && health.confirmed;
	return silent && busy === null && volume !== null && volume.fault !== null && !volume.resting && !volume.runs;
}

function seeded(view: View, record: ClusterRecord, request: SeedRequest, refuse: (why: string) => Action): Action {
	const silent = view.instances.filter(({ health }) => health.state !== "readable").map(({ name }) => name);
	if (silent.length > 0) return refuse(`${silent.join(", ")} does not answer`);
	const [first, second] = view.instances.filter(({ name }) => name !== record.primary).map(({ name }) => name);
	if (first === undefined || second === undefined) return refuse("it takes three instances");
	const step = { step: "begin", request, first, second } as const;
	return { do: "seed", step, reason: "no instance has any data left" };
}
