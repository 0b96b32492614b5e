/** `mysql-dr clone list | extend | delete`: the clones that there are. */
import type { V1Namespace, V1PodList } from "@kubernetes/client-node";
import { type Duration, duration } from "../../objectives/duration.ts";
import { UserError } from "../../objectives/error.ts";
import { type Clone, checkTtl, cloneAnnotations, cloneLabel, cloneOf, defaultTtl, expired } from "../clone/clone.ts";
import { cloneLabels } from "../clone/cloneFacts.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { type Api, orNull } from "../kubernetes/api.ts";
import { until } from "../kubernetes/until.ts";
import { ageText } from "../terminal/ageText.ts";
import type { Paint } from "../terminal/paint.ts";
import { table } from "../terminal/table.ts";
import { confirmed } from "./confirmed.ts";
import type { Context, Result, SharedOptions } from "./context.ts";

export interface ExtendOptions extends SharedOptions {
	/** Default: {@link defaultTtl}. */
	readonly ttl?: Duration;
}

export interface DeleteOptions extends SharedOptions {
	readonly yes?: boolean;
}

/** The job that deletes it begins every five minutes. */
const graceMs = 10 * 60_000;

type State = "serving" | "starting" | "going" | "overdue";

interface Listed extends Clone {
	readonly state: State;
}

export async function clones({ terminal }: Context, options: SharedOptions): Promise<Result> {
	const { api } = clusterAccess(options);
	const found = await listClones(api, new Date());
	return { exit: "done", document: { clones: found }, lines: clonesLines(found, terminal.paint, new Date()) };
}

async function listClones(api: Api, now: Date): Promise<Listed[]> {
	const { items } = await api.json<{ items: V1Namespace[] }>("/api/v1/namespaces", {
		query: { labelSelector: cloneLabel },
	});
	const found = items.flatMap((namespace) => cloneOf(namespace) ?? []);
	return Promise.all(found.map(async (clone) => ({ ...clone, state: await stateOf(api, clone, now) })));
}

async function stateOf(api: Api, clone: Clone, now: Date): Promise<State> {
	if (clone.going) return "going";
	if (expired(clone, new Date(now.getTime() - graceMs))) return "overdue";
	const labelSelector = `app.kubernetes.io/component=${cloneLabels("database")["app.kubernetes.io/component"]}`;
	const { items } = await api.json<V1PodList>(`/api/v1/namespaces/${clone.name}/pods`, { query: { labelSelector } });
	const ready = items[0]?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
	return ready === true ? "serving" : "starting";
}

/** @returns a line a clone, the next to go first */
export function clonesLines(found: readonly Listed[], paint: Paint, now: Date): string[] {
	if (found.length === 0) return ["there is no clone"];
	const sorted = found.toSorted((a, b) => (a.expiresAt ?? "~").localeCompare(b.expiresAt ?? "~"));
	const head = ["CLONE", "OF", "SNAPSHOT", "TAKEN", "STATE", "EXPIRES"].map(paint.faint);
	const age = (time: string) => `${ageText(now.getTime() - Date.parse(time))} ago`;
	const rows = sorted.map((one) => [
		one.name,
		`${one.from}/${one.of}`,
		one.snapshot,
		one.takenAt === "" ? "-" : age(one.takenAt),
		one.state === "overdue" ? paint.bad(one.state) : one.state,
		expiryText(one, now),
	]);
	const late = sorted.filter(({ state }) => state === "overdue");
	return [
		...table([head, ...rows]),
		...late.map(({ name }) => paint.attention(`! ${name} should be gone: mysql-dr clone delete ${name}`)),
	];
}

function expiryText({ expiresAt }: Clone, now: Date): string {
	if (expiresAt === null) return "never: nobody can read when";
	const left = Date.parse(expiresAt) - now.getTime();
	return left > 0 ? `in ${ageText(left)}` : `${ageText(-left)} ago`;
}

export async function extendClone(
	_: Context,
	{ ttl = duration(defaultTtl), ...options }: ExtendOptions,
	name = "",
): Promise<Result> {
	checkTtl(ttl);
	const { api } = clusterAccess(options);
	await cloneNamed(api, name);
	const expiresAt = new Date(Date.now() + ttl).toISOString();
	const body = { metadata: { annotations: { [cloneAnnotations.expiresAt]: expiresAt } } };
	await api.text(`/api/v1/namespaces/${name}`, { method: "PATCH", body });
	return { exit: "done", document: { clone: name, expiresAt }, lines: [`${name} deletes itself after ${expiresAt}`] };
}

const goneMs = 180_000;

export async function deleteClone({ terminal, signal }: Context, options: DeleteOptions, name = ""): Promise<Result> {
	const { api } = clusterAccess(options);
	const clone = await cloneNamed(api, name);
	if (!options.yes) {
		await confirmed(terminal, `Delete ${name}, a clone of ${clone.of}, and what was written to it?`);
	}
	const path = `/api/v1/namespaces/${name}`;
	await orNull(api.text(path, { method: "DELETE" }));
	terminal.note(`${name} is going, with its volume`);
	const patience = { timeoutMs: goneMs, periodMs: 1000, signal };
	const gone = await until(patience, async () => ((await orNull(api.json<V1Namespace>(path))) === null ? true : null));
	const lines = [gone ? `${name} is gone` : `${name} is still going: mysql-dr clone list`];
	return { exit: "done", document: { clone: name, gone: gone === true }, lines };
}

/** @throws UserError where it is no clone: whatever else is called so stays */
async function cloneNamed(api: Api, name: string): Promise<Clone> {
	const namespace = await orNull(api.json<V1Namespace>(`/api/v1/namespaces/${encodeURIComponent(name)}`));
	const clone = namespace === null ? null : cloneOf(namespace);
	if (clone !== null) return clone;
	throw new UserError({
		field: "name",
		value: name,
		wrong: namespace === null ? `there is no clone "${name}"` : `namespace "${name}" is no clone`,
		remedy: "choose one of mysql-dr clone list",
	});
}
