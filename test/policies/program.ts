/** Programs as data: what a case declares, for the engine and for the rules alone. */
import { write } from "../../policies/frame/mend.ts";

/** One resource of a program. */
export interface Resource {
	/** `kubernetes:apps/v1:StatefulSet`; with `component`, `mysql-dr:index:MysqlCluster`. */
	readonly type: string;
	readonly name: string;
	// biome-ignore lint/suspicious/noExplicitAny: the shapes of all kinds of resources
	readonly props: Record<string, any>;
	readonly component?: boolean;
	/** Name of the provider among the resources (`pulumi:providers:aws`) that makes it. */
	readonly provider?: string;
	/** Name of the component that it is in. */
	readonly within?: string;
	readonly protect?: boolean;
	readonly ignoreChanges?: readonly string[];
}

/** Stands for a value that is known only after an update. */
export const notKnownYet = "<not known yet>";

/** Stands for the ID of another resource of the same program, which is known only after an update. */
export function idOf(name: string): string {
	return `<id of ${name}>`;
}

/** The name of the resource whose ID a value stands for. */
export function nameIn(value: unknown): string | undefined {
	return typeof value === "string" ? /^<id of (.+)>$/.exec(value)?.[1] : undefined;
}

/** The resource that is called so, whatever place its case has. */
export function named(program: readonly Resource[], name: string): Resource | undefined {
	return program.find((resource) => resource.name === name || resource.name.endsWith(`/${name}`));
}

/** A Kubernetes object; the group is part of `apiVersion`. */
export function object(apiVersion: string, kind: string, props: Resource["props"]): Resource {
	const version = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
	return {
		type: `kubernetes:${version}:${kind}`,
		name: props.metadata.name,
		props: { apiVersion, kind, ...props },
	};
}

/**
 * Settings to be different, by their path; undefined takes one away; `protect`, `ignoreChanges` and `within` are the resource's own.
 * By kind, or kind and name where there are several (`CronJob backup`); null takes the resource away.
 */
export type Changes = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

const options = new Set(["protect", "ignoreChanges", "within"]);

/** The program with changes in the resources of these kinds. */
export function changed(program: readonly Resource[], changes: Changes): Resource[] {
	const keys = program.flatMap((resource) => keysOf(resource));
	const unknown = Object.keys(changes).find((key) => !keys.includes(key));
	if (unknown) throw new Error(`no ${unknown} in the program: ${keys.join(", ")}`);
	return program.flatMap((resource) => {
		const found = keysOf(resource).filter((key) => key in changes);
		if (found.some((key) => changes[key] === null)) return [];
		return [found.reduce((made, key) => altered(made, changes[key] ?? {}), resource)];
	});
}

function altered(resource: Resource, change: Readonly<Record<string, unknown>>): Resource {
	const props = structuredClone(resource.props);
	const settings = Object.entries(change);
	for (const [setting, value] of settings) if (!options.has(setting)) write(props, setting, value);
	const opts = Object.fromEntries(settings.filter(([setting]) => options.has(setting)));
	return { ...resource, ...opts, props: JSON.parse(JSON.stringify(props)) };
}

function keysOf({ type, name }: Resource): string[] {
	return [kindOf(type), `${kindOf(type)} ${name}`];
}

function kindOf(type: string): string {
	return type.split(":").at(-1) ?? type;
}
