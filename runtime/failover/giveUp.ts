/** An operator's way out where the watchdog refuses: one instance becomes primary, and what it does not hold is given up. Pure. */
import { isEmpty } from "../mysql/gtidSet.ts";
import { held } from "../mysql/reading.ts";
import type { Action, Alert, Decision, Facts } from "./decide.ts";
import type { ClusterRecord, Request } from "./record.ts";
import { readable, type View } from "./view.ts";

type Promotion = Extract<Request, { kind: "promote" }>;

/** What stands in the way of a failover for as long as nothing comes back. */
const deadlocks: readonly Alert[] = ["quorum", "divergent", "nobody"];

/** The request that has no answer yet. */
export function promotionAsked({ request }: View, record: ClusterRecord): Promotion | null {
	return request?.kind === "promote" && request.id !== record.request?.id ? request : null;
}

/** @param own what the watchdog would do by itself: what it can do without loss it does */
export function giveUp(view: View, record: ClusterRecord, facts: Facts, request: Promotion, own: Decision): Action {
	const { to } = request;
	const refuse = (refusal: string): Action => ({ do: "answer", request, refusal });
	if (own.action.do !== "wait") return own.action;
	if (!facts.members.includes(to)) return refuse(`there is no instance ${to}; there are ${facts.members.join(", ")}`);
	if (!own.alerts.some((alert) => deadlocks.includes(alert))) {
		return refuse(`nothing needs to be given up: ${own.action.reason}`);
	}
	const target = readable(view).find((i) => i.name === to);
	if (target === undefined) return refuse(`${to} cannot be read`);
	if (isEmpty(held(target.reading))) return refuse(`${to} holds nothing`);
	if (to === record.primary) return refuse(`${to} is the recorded primary, but not with the data of its term`);
	return { do: "promote", to, reason: `an operator gave up what ${to} does not hold`, request };
}
