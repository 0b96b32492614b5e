/** A rule over options of mysqld: the shape of a rule, with what each option must be in place of a judgement. */
import { each, NotKnown } from "../frame/notKnown.ts";
import {
	type ConfigOf,
	type ConfigSchema,
	type RuleText,
	type StackFinding,
	type StackRule,
	stackRule,
} from "../frame/rule.ts";
import { eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import { isMariadb, type OptionAt, type ServerOptions, serverOptions } from "./serverOptions.ts";

/** What an option must be. */
export interface Demand {
	readonly option: string;
	/** For messages: a value that would do. */
	readonly wanted: string;
	holds(value: string): boolean;
	/** What MySQL does where nobody says; MariaDB too, unless it is said apart. Default: nothing that would do. */
	readonly unset?: string;
	readonly unsetMariadb?: string;
	/** What else happens. */
	readonly or: string;
}

export interface OptionRule<Schema extends ConfigSchema> extends RuleText<Schema> {
	/** What is asked of this server; of one that is replicated otherwise, nothing. */
	demands(config: ConfigOf<Schema>, server: MysqlServer, options: ServerOptions): readonly Demand[];
}

export function optionRule<const Schema extends ConfigSchema>({ demands, ...text }: OptionRule<Schema>): StackRule {
	return stackRule<Schema>({
		...(text as RuleText<Schema>),
		*judgeStack(stack, config) {
			yield* eachServer(stack, function* (server) {
				const options = serverOptions(stack, server);
				yield* each(demands(config, server, options), (demand) => judged(demand, server, options));
			});
		},
	});
}

/** All that say something of an option; the command line alone, where it does. */
export function setBy({ given, files }: ServerOptions, name: string): readonly OptionAt[] {
	const own = given.filter((option) => option.name === name);
	return own.length > 0 ? own : files.filter((option) => option.name === name);
}

function* judged(demand: Demand, server: MysqlServer, options: ServerOptions): Generator<StackFinding> {
	const { option, wanted, or, holds } = demand;
	const set = setBy(options, option);
	for (const { resource, setting, value } of set)
		if (!holds(value)) yield { resource, setting: `${setting}.${option}`, value, remedy: `set ${wanted}: ${or}` };
	if (set.length > 0) return;
	if (options.unseen.length > 0) throw new NotKnown(options.unseen);
	const unset = isMariadb(server) ? (demand.unsetMariadb ?? demand.unset) : demand.unset;
	if (unset !== undefined && holds(unset)) return;
	yield {
		resource: server.resource,
		setting: `mysqld.${option}`,
		value: undefined,
		remedy: `write ${option} = ${wanted} into a my.cnf, or --${option.replaceAll("_", "-")}=${wanted} into args: ${or}`,
	};
}

/** An option that must be on. */
export function on(option: string, or: string, more: Partial<Demand> = {}): Demand {
	return { option, wanted: "ON", holds: (value) => /^(on|1|true|yes)$/i.test(value), or, ...more };
}

/** An option that must have one of these values. */
export function oneOf(option: string, values: readonly string[], or: string, more: Partial<Demand> = {}): Demand {
	const holds = (value: string) => values.some((known) => known.toLowerCase() === value.toLowerCase());
	return { option, wanted: values[0] ?? "", holds, or, ...more };
}

/** Whether the server is a member of a group that agrees on each write, which semi-sync would add nothing to. */
export function isGroupMember(options: ServerOptions): boolean {
	return ["group_replication_group_name", "wsrep_cluster_address"].some((name) => setBy(options, name).length > 0);
}
