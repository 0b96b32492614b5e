/** A cluster that exists: by the configuration of the namespace `kubernetes`, or by what another stack says of it. */
import * as pulumi from "@pulumi/pulumi";
import { type KubeconfigReference, UserError } from "../../objectives/index.ts";
import type { KubernetesConfig } from "../site.ts";

/**
 * @returns what the provider is told; a kubeconfig of another stack is a secret if it is one there
 * @throws UserError where both are given
 */
export function existingCluster(
	name: string,
	reference: KubeconfigReference | undefined,
	kubernetes: KubernetesConfig,
	parent: pulumi.Resource,
): KubernetesConfig {
	if (!reference) return kubernetes;
	if (kubernetes.kubeconfig !== undefined) throw twice(reference);
	const stack = new pulumi.StackReference(name, { name: reference.stack }, { parent });
	return { ...kubernetes, kubeconfig: stack.requireOutput(reference.output).apply(text) };
}

/** Some stacks have it as an object. */
function text(found: unknown): string {
	return typeof found === "string" ? found : JSON.stringify(found);
}

function twice({ stack }: KubeconfigReference): UserError {
	const wrong = `"${stack}" is named, and kubernetes:kubeconfig is set as well`;
	const remedy = "keep one of the two: `pulumi config rm kubernetes:kubeconfig`, or leave this out";
	return new UserError({ field: "site.kubeconfigFrom", value: stack, wrong, remedy });
}
