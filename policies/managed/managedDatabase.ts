/** Databases that a cloud runs: which resources are MySQL, and what they are given. */
import type { Declared, DeclaredStack, Props } from "../frame/declared.ts";
import { each } from "../frame/notKnown.ts";
import {
	type ConfigOf,
	type ConfigSchema,
	type Finding,
	type RuleText,
	type StackRule,
	stackRule,
} from "../frame/rule.ts";

export interface ManagedDatabase {
	/** An RDS instance, an Aurora cluster (or another cluster of RDS), an instance of Cloud SQL. */
	readonly kind: "rds" | "aurora" | "cloudSql";
	readonly resource: Declared;
	/** What it was given. */
	readonly settings: Props;
	/** Whether it is a copy that follows another one. */
	readonly replica: boolean;
}

const ofMysql = /^(aurora-mysql|mysql|mariadb)$/;

/** All of a program; one whose engine is not known yet throws when it is asked for. */
export function* eachManaged<Found>(
	{ resources }: DeclaredStack,
	judge: (database: ManagedDatabase) => Iterable<Found>,
): Generator<Found> {
	yield* each(resources, function* (resource) {
		const database = managedOf(resource);
		if (database) yield* judge(database);
	});
}

/** How each type of resource says what it runs, and what it follows. */
const types: Readonly<
	Record<string, { kind: ManagedDatabase["kind"]; engine: string; mysql: RegExp; follows: string }>
> = {
	"aws:rds/instance:Instance": { kind: "rds", engine: "engine", mysql: ofMysql, follows: "replicateSourceDb" },
	"aws:rds/cluster:Cluster": {
		kind: "aurora",
		engine: "engine",
		mysql: ofMysql,
		follows: "replicationSourceIdentifier",
	},
	"gcp:sql/databaseInstance:DatabaseInstance": {
		...{ kind: "cloudSql", engine: "databaseVersion", mysql: /^MYSQL_/, follows: "masterInstanceName" },
	},
};

function managedOf(resource: Declared): ManagedDatabase | undefined {
	const { type, inputs: settings } = resource;
	const known = types[type];
	if (!known) return undefined;
	const replica = known.follows in settings;
	// A replica has its engine from the one that it follows.
	const engine: string | undefined = settings[known.engine];
	if (engine === undefined ? !replica : !known.mysql.test(engine)) return undefined;
	return { kind: known.kind, resource, settings, replica };
}

/** Members of a cluster of RDS that the same program declares. */
export function membersOf({ resources }: DeclaredStack, { resource }: ManagedDatabase): Declared[] {
	return resources.filter(
		({ type, inputs, madeOf }) =>
			type === "aws:rds/clusterInstance:ClusterInstance" &&
			(madeOf.clusterIdentifier?.includes(resource.urn) ||
				(!madeOf.clusterIdentifier?.length && inputs.clusterIdentifier === resource.inputs.clusterIdentifier)),
	);
}

type Judge<Schema extends ConfigSchema> = (
	database: ManagedDatabase,
	config: ConfigOf<Schema>,
	stack: DeclaredStack,
) => Iterable<Finding & { readonly resource?: Declared }>;

export interface ManagedRule<Schema extends ConfigSchema> extends Omit<RuleText<Schema>, "family"> {
	/** By the kind; absent where nothing is asked of one. */
	readonly rds?: Judge<Schema>;
	readonly aurora?: Judge<Schema>;
	readonly cloudSql?: Judge<Schema>;
}

/** A rule over each of them. */
export function managedRule<const Schema extends ConfigSchema>(rule: ManagedRule<Schema>): StackRule {
	const { rds, aurora, cloudSql, ...text } = rule;
	const judges = { rds, aurora, cloudSql };
	return stackRule<Schema>({
		...(text as unknown as RuleText<Schema>),
		family: "managed",
		*judgeStack(stack, config) {
			yield* eachManaged(stack, function* (database) {
				for (const finding of judges[database.kind]?.(database, config, stack) ?? [])
					yield { resource: database.resource, ...finding };
			});
		},
	});
}
