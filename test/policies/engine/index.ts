/** A real program of the cases that it is told of, by `$MYSQL_DR_TEST_CASES` (their namespaces). */
import * as pulumi from "@pulumi/pulumi";
import { LastDeployment } from "../../../components/lastDeployment.ts";
import { cases } from "../cases/all.ts";
import type { PlacedCase } from "../cases/case.ts";
import { named, nameIn, notKnownYet, type Resource } from "../program.ts";

export default declareCases;

/** @returns the stack's outputs, where a case has some */
async function declareCases() {
	const wanted = new Set((process.env.MYSQL_DR_TEST_CASES ?? "").split(","));
	const when = process.env.MYSQL_DR_TEST_WHEN === "before" ? "before" : "now";
	const chosen = cases.filter(({ namespace }) => wanted.has(namespace));
	// Writes manifests instead of talking to a cluster, whatever kubeconfig this machine has; a preview writes none.
	const { MYSQL_DR_TEST_RENDERED: renderYamlToDirectory } = process.env;
	const offline = new Provider("kubernetes", "offline", { renderYamlToDirectory });
	for (const { program } of chosen) declareProgram(program, offline);
	const [outputs] = chosen.flatMap((one: PlacedCase) => (one.outputs ? [one.outputs] : []));
	if (!outputs) return {};
	new LastDeployment("last-deployment");
	return outputs[when];
}

/** Known only after an update, as what another resource is made of. */
let later: pulumi.Output<string> | undefined;

/** What a program has declared already. */
interface Declarations {
	readonly program: readonly Resource[];
	readonly offline: pulumi.ProviderResource;
	readonly made: Map<string, pulumi.CustomResource>;
	readonly components: Map<string, pulumi.Resource>;
	readonly providers: Map<string, pulumi.ProviderResource>;
}

function declareProgram(program: readonly Resource[], offline: pulumi.ProviderResource): void {
	const before = { program, offline, made: new Map(), components: new Map(), providers: new Map() };
	for (const resource of program) declareResource(resource, before);
}

function declareResource(resource: Resource, before: Declarations): void {
	const { type, name, component } = resource;
	const { program, offline, made, components, providers } = before;
	const opts = optionsOf(resource, components.get(resource.within ?? ""));
	const idOf = (other: string) => made.get(named(program, other)?.name ?? "")?.id;
	const inputs = withLater(resource.props, offline, idOf) as pulumi.Inputs;
	if (type.startsWith("pulumi:providers:")) providers.set(name, new Provider(lastOf(type), name, inputs));
	else if (component) components.set(name, new Component(type, name, inputs, opts));
	else {
		const custom = new Custom(type, name, inputs, { ...opts, ...providedBy(resource, before) });
		// The first of that name: what belongs to it may be called as it is.
		if (!made.has(name)) made.set(name, custom);
	}
}

function providedBy({ type, provider = "" }: Resource, { offline, providers }: Declarations) {
	const own = providers.get(provider) ?? (type.startsWith("kubernetes:") ? offline : undefined);
	return own ? { provider: own } : {};
}

function lastOf(type: string): string {
	return type.split(":").at(-1) ?? type;
}

function optionsOf({ protect, ignoreChanges }: Resource, parent: pulumi.Resource | undefined) {
	return {
		...(parent ? { parent } : {}),
		...(protect ? { protect } : {}),
		...(ignoreChanges ? { ignoreChanges: [...ignoreChanges] } : {}),
	};
}

type IdOf = (name: string) => pulumi.Output<string> | undefined;

function withLater(value: unknown, provider: pulumi.ProviderResource, id: IdOf): unknown {
	const other = nameIn(value);
	if (other !== undefined) return id(other);
	if (value === notKnownYet) {
		later ??= new Custom("kubernetes:core/v1:ConfigMap", "later", configMap, { provider }).id;
		return later;
	}
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map((inner) => withLater(inner, provider, id));
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withLater(inner, provider, id)]));
}

const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "later", namespace: "later" } };

class Component extends pulumi.ComponentResource {}
class Custom extends pulumi.CustomResource {}
class Provider extends pulumi.ProviderResource {}
