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

function declareProgram(program: readonly Resource[], provider: pulumi.ProviderResource): void {
	const made = new Map<string, pulumi.CustomResource>();
	const components = new Map<string, pulumi.Resource>();
	for (const resource of program) {
		const { type, name, props, component, within } = resource;
		const opts = optionsOf(resource, components.get(within ?? ""));
		const inputs = withLater(
			props,
			provider,
			(other) => made.get(named(program, other)?.name ?? "")?.id,
		) as pulumi.Inputs;
		const kubernetes = type.startsWith("kubernetes:") ? { provider } : {};
		if (component) {
			components.set(name, new Component(type, name, inputs, opts));
			continue;
		}
		const custom = new Custom(type, name, inputs, { ...opts, ...kubernetes });
		// The first of that name: what belongs to it may be called as it is.
		if (!made.has(name)) made.set(name, custom);
	}
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
