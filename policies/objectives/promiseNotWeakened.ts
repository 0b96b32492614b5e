import { shown, tiers } from "../../objectives/index.ts";
import { type Declared, type DeclaredStack, rootOf } from "../frame/declared.ts";
import { each, NotKnown } from "../frame/notKnown.ts";
import { type StackFinding, stackRule, texts } from "../frame/rule.ts";

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
	},
	*judgeStack(stack, { confirmed }) {
		const root = rootOf(stack);
		if (!root?.props.databases) return;
		const now = root.props.databases as Databases;
		const before = lastPromises(stack, root);
		yield* each(Object.keys(now), function* (name): Generator<StackFinding> {
			const [old, made] = [before[name], now[name]?.objectives];
			if (!old || !made) return;
			for (const { path, from, to } of weakened(old, made)) {
				const change = `${name}: ${path} ${from} to ${to}`;
				if (!confirmed.includes(change))
					yield {
						resource: root,
						setting: `databases.${name}.objectives.${path}`,
						value: to,
						remedy: `the last deployment promised ${shown(from)}: set it back, or confirm ${shown(change)}`,
					};
			}
		});
	},
});

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
	const rank = (tier: string) => (tiers as readonly string[]).indexOf(tier);
	const tier = rank(now.tier) > rank(before.tier) ? [{ path: "tier", from: before.tier, to: now.tier }] : [];
	const times = timesOf(now).flatMap(([path, to]) => {
		const from = new Map(timesOf(before)).get(path);
		return from !== undefined && to > from ? [{ path, from, to }] : [];
	});
	return [...tier, ...times];
}

function timesOf({ rtoSeconds, rpoSeconds, scenarios }: Promised): (readonly [string, number])[] {
	const each = Object.entries(scenarios).flatMap(([name, promise]) => [
		[`scenarios.${name}.rtoSeconds`, promise.rtoSeconds] as const,
		[`scenarios.${name}.rpoSeconds`, promise.rpoSeconds] as const,
	]);
	return [["rtoSeconds", rtoSeconds] as const, ["rpoSeconds", rpoSeconds] as const, ...each];
}
