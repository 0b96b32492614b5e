/** A resource as rules see it: plain values, of which one that is not known yet throws when it is read. */
import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { key as inPath } from "./mend.ts";
import { NotKnown } from "./notKnown.ts";

/** Inputs (of a resource rule) or outputs (of a stack rule) of any kind of resource. */
// biome-ignore lint/suspicious/noExplicitAny: the shapes of all kinds of resources
export type Props = Readonly<Record<string, any>>;

export interface Declared {
	readonly urn: string;
	/** `kubernetes:apps/v1:StatefulSet` */
	readonly type: string;
	/** Name in the program. */
	readonly name: string;
	/** For messages: `StatefulSet mysql/db`. */
	readonly label: string;
	readonly props: Props;
	readonly protect: boolean;
	readonly ignoreChanges: readonly string[];
	/** What the program itself gave: a rule over the stack otherwise sees outputs, of which a preview knows little. */
	readonly inputs: Props;
	/** URNs of the resources that an input was made of, by its name: `bucket`. Known where the input is not. Stack rules alone. */
	readonly madeOf: Readonly<Record<string, readonly string[]>>;
	/** What its provider was given: the region, the project. Stack rules alone. */
	readonly provided: Props;
	/** Types of the components around it, the outermost first. */
	readonly within: readonly string[];
}

export interface DeclaredStack {
	readonly resources: readonly Declared[];
}

/** The stack itself, whose properties are its outputs; undefined where the engine does not show it. */
export function rootOf({ resources }: DeclaredStack): Declared | undefined {
	return resources.find(({ type }) => type === "pulumi:pulumi:Stack");
}

type Given = Pick<ResourceValidationArgs | PolicyResource, "urn" | "type" | "name" | "props"> & {
	readonly opts: Pick<ResourceValidationArgs["opts"], "protect" | "ignoreChanges">;
	readonly provider?: { readonly props: Props } | undefined;
	readonly propertyDependencies?: Readonly<Record<string, readonly { readonly urn: string }[]>>;
};

/**
 * From what CrossGuard hands over.
 * @param inputs where `props` are outputs
 */
export function declared(given: Given, inputs?: Props): Declared {
	const { urn, type, name, props, opts, provider, propertyDependencies = {} } = given;
	const raw = withoutProxy(props);
	const label = labelOf(type, name, raw);
	const of = { urn, resource: label };
	const seen = guarded(raw, of, "") as Props;
	const madeOf = Object.entries(propertyDependencies).map(([input, from]) => [input, from.map(({ urn }) => urn)]);
	return {
		urn,
		type,
		name,
		label,
		props: seen,
		inputs: inputs ? (guarded(withoutProxy(inputs), of, "") as Props) : seen,
		madeOf: Object.fromEntries(madeOf),
		provided: provider ? (guarded(withoutProxy(provider.props), of, "provider") as Props) : {},
		protect: opts.protect,
		ignoreChanges: opts.ignoreChanges,
		within: (urn.split("::")[2] ?? "").split("$").slice(0, -1),
	};
}

/**
 * What the engine sends for a value that is known only after an update: one text for each type of value (pulumi/pulumi,
 * sdk/go/common/resource/plugin/rpc.go).
 */
const placeholders: ReadonlySet<unknown> = new Set([
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421",
	"04da6b54-80e4-46f7-96ec-b56ff0331ba9",
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
	"030794c1-ac77-496b-92df-f27374a8bd58",
	"e48ece36-62e2-4504-bad9-02848725956a",
	"dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/**
 * CrossGuard's own proxies throw too, but end the whole policy, for a stack rule that of all resources, without saying
 * whose value it was. Under this name they give what is behind them (@pulumi/policy 1.21, proxy.js).
 */
function withoutProxy(props: Props): Props {
	return props.__getSpecialProxyTarget ?? props;
}

/** The value itself, or a copy in which each unknown part throws; an enumeration that reads it throws as well. */
function guarded(value: unknown, of: { urn: string; resource: string }, path: string): unknown {
	if (typeof value !== "object" || value === null || !hasUnknown(value)) return value;
	const copy: object = Array.isArray(value) ? [] : {};
	for (const [key, inner] of Object.entries(value)) {
		const setting = Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}${inPath(key)}`;
		if (placeholders.has(inner)) Object.defineProperty(copy, key, { enumerable: true, get: () => refuse(setting) });
		else Object.defineProperty(copy, key, { enumerable: true, value: guarded(inner, of, setting) });
	}
	return copy;

	function refuse(setting: string): never {
		throw new NotKnown([{ ...of, setting, why: "is not known before it is deployed" }]);
	}
}

function hasUnknown(value: unknown): boolean {
	if (typeof value !== "object" || value === null) return placeholders.has(value);
	return Object.values(value).some(hasUnknown);
}

/** Kubernetes objects by kind, namespace and name, as kubectl shows them; others by type and name in the program. */
function labelOf(type: string, name: string, props: Props): string {
	const kind = type.split(":").at(-1) ?? type;
	const { metadata } = props;
	if (!type.startsWith("kubernetes:") || typeof metadata !== "object" || metadata === null) return `${kind} ${name}`;
	const parts = [metadata.namespace, metadata.name].filter((part) => part !== undefined && !placeholders.has(part));
	return `${kind} ${metadata.name === undefined || parts.length === 0 ? name : parts.join("/")}`;
}
