import { duration, promiseAnnotations, shown, tiers, UserError } from "../../objectives/index.ts";
import { type Declared, type DeclaredStack, rootOf } from "../frame/declared.ts";
import { all, each, NotKnown } from "../frame/notKnown.ts";
import { type StackFinding, stackRule, texts } from "../frame/rule.ts";
import { clusterOf, eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import { promiseOf } from "../kubernetes/promise.ts";
import { databaseType } from "./forecastWithinObjective.ts";

/** The component that says what the last deployment promised; CrossGuard itself shows what is declared now, and no more. */
const lastDeployment = "mysql-dr:index:LastDeployment";

export const promiseNotWeakened = stackRule({
	name: "promise-not-weakened",
	family: "objectives",
	what: "No promise of the stack's last deployment is weakened unless that is confirmed.",
	why: {
		reason:
			"A tier or an objective is easily lowered to make another refusal go away, and who relies on the database does not read the diff.",
		source: "docs/objectives.md",
	},
	fix: 'Set it back; or confirm this one change by the text that the message gives, under "confirmed" in the configuration of this rule. Once it is deployed, the text means nothing more.',
	severity: "high",
	config: {
		confirmed: texts("Changes that are meant, in the words of the messages: `mysql: tier critical to standard`."),
		before: {
			type: "object",
			additionalProperties: { type: "object" },
			default: {},
			description:
				'Where the promise is said by annotations, what it was, by the database: `{"shop": {"tier": "critical", "rto": "15m", "rpo": "5m"}}`. Nobody else shows a policy what was deployed.',
		},
	},
	*judgeStack(stack, { confirmed, before }) {
		const said = before as Readonly<Record<string, Annotated>>;
		yield* all(
			() => ofOutputs(stack, confirmed),
			() => eachServer(stack, (server) => ofAnnotations(server, said, confirmed)),
		);
	},
});

function* ofOutputs(stack: DeclaredStack, confirmed: readonly string[]): Generator<StackFinding> {
	const root = rootOf(stack);
	if (!root?.props.databases) return;
	const now = root.props.databases as Databases;
	const before = lastPromises(stack, root);
	yield* each(Object.keys(now), function* (name): Generator<StackFinding> {
		const [old, made] = [before[name], now[name]?.objectives];
		if (!old || !made) return;
		for (const change of weakened(old, made))
			yield* unconfirmed(root, `databases.${name}.objectives.${change.path}`, name, change, confirmed);
	});
}

type Annotated = Partial<Record<keyof typeof promiseAnnotations, string>>;

/** Of a program that says its promise by annotations; what it has no promise for, another rule says. */
function* ofAnnotations(
	server: MysqlServer,
	said: Readonly<Record<string, Annotated>>,
	confirmed: readonly string[],
): Generator<StackFinding> {
	const { resource } = server;
	if (resource.within.includes(databaseType) || promiseOf(server, "rto") === undefined) return;
	const name = clusterOf(server);
	const before = said[name];
	if (!before) {
		const why = `is not given (before.${name} in the configuration of promise-not-weakened)`;
		const setting = "what the last deployment promised";
		throw new NotKnown([{ urn: resource.urn, resource: resource.label, setting, why }]);
	}
	yield* each(["tier", "rto", "rpo"] as const, function* (path): Generator<StackFinding> {
		const [from, to] = [before[path], promiseOf(server, path) ?? (path === "tier" ? tiers[0] : undefined)];
		if (from === undefined || to === undefined || !isWeaker(path, from, to)) return;
		yield* unconfirmed(resource, annotationPath(path), name, { path, from, to }, confirmed);
	});
}

function annotationPath(path: keyof typeof promiseAnnotations): string {
	return `metadata.annotations["${promiseAnnotations[path]}"]`;
}

function isWeaker(path: keyof typeof promiseAnnotations, from: string, to: string): boolean {
	if (path === "tier") return rank(to) > rank(from);
	try {
		return duration(to) > duration(from);
	} catch (error) {
		// That it is no time, another rule says.
		if (error instanceof UserError) return false;
		throw error;
	}
}

function* unconfirmed(
	resource: Declared,
	setting: string,
	database: string,
	{ path, from, to }: Change,
	confirmed: readonly string[],
): Generator<StackFinding> {
	const change = `${database}: ${path} ${from} to ${to}`;
	if (confirmed.includes(change)) return;
	const remedy = `the last deployment promised ${shown(from)}: set it back, or confirm ${shown(change)}`;
	yield { resource, setting, value: to, remedy };
}

type Databases = Readonly<Record<string, { readonly objectives?: Promised }>>;

/** The output `objectives` of a database. */
interface Promised {
	readonly tier: string;
	readonly rtoSeconds: number;
	readonly rpoSeconds: number;
	readonly scenarios: Readonly<Record<string, { readonly rtoSeconds: number; readonly rpoSeconds: number }>>;
}

function lastPromises({ resources }: DeclaredStack, root: Declared): Readonly<Record<string, Promised>> {
	const last = resources.find(({ type }) => type === lastDeployment);
	if (last) return last.props.promised ?? {};
	const why = "is not said by the program (the component LastDeployment does)";
	throw new NotKnown([{ urn: root.urn, resource: root.label, setting: "what the last deployment promised", why }]);
}

interface Change {
	readonly path: string;
	readonly from: string | number;
	readonly to: string | number;
}

/** Tiers stand in order, the strictest first; of times the longer one is weaker. */
function weakened(before: Promised, now: Promised): Change[] {
	const tier = rank(now.tier) > rank(before.tier) ? [{ path: "tier", from: before.tier, to: now.tier }] : [];
	const times = timesOf(now).flatMap(([path, to]) => {
		const from = new Map(timesOf(before)).get(path);
		return from !== undefined && to > from ? [{ path, from, to }] : [];
	});
	return [...tier, ...times];
}

function rank(tier: string): number {
	return (tiers as readonly string[]).indexOf(tier);
}

function timesOf({ rtoSeconds, rpoSeconds, scenarios }: Promised): (readonly [string, number])[] {
	const each = Object.entries(scenarios).flatMap(([name, promise]) => [
		[`scenarios.${name}.rtoSeconds`, promise.rtoSeconds] as const,
		[`scenarios.${name}.rpoSeconds`, promise.rpoSeconds] as const,
	]);
	return [["rtoSeconds", rtoSeconds] as const, ["rpoSeconds", rpoSeconds] as const, ...each];
}
