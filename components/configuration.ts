/** The stack's configuration as the parser wants it, and user faults as one line each. */
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../objectives/index.ts";
import type { KubernetesConfig } from "./site.ts";

/**
 * @param all every setting of the stack, `project:key` to text (as `pulumi.runtime.allConfig` gives it)
 * @returns what the project's settings say, objects parsed. *All* of them, so that a misspelt one is refused.
 */
export function rawConfig(all: Readonly<Record<string, string>>, project: string): Record<string, unknown> {
	const prefix = `${project}:`;
	const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
	return Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), parsed(text)]));
}

/** Objects and lists come as JSON, everything else as it was written. */
function parsed(text: string): unknown {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" ? value : text;
	} catch {
		return text;
	}
}

/** The settings `kubernetes:context` and `kubernetes:kubeconfig`: an explicit provider does not read them by itself. */
export function kubernetesConfig(): KubernetesConfig {
	const config = new pulumi.Config("kubernetes");
	return {
		context: config.get("context"),
		kubeconfig: config.get("kubeconfig") === undefined ? undefined : config.requireSecret("kubeconfig"),
	};
}

/**
 * Runs `work`; a fault of the user's is then shown as a line, without a stack trace, which is for faults of ours.
 * @throws pulumi.RunError in place of a UserError
 */
export function inOneLine<Result>(work: () => Result): Result {
	try {
		return work();
	} catch (error) {
		if (error instanceof UserError) throw new pulumi.RunError(error.message);
		throw error;
	}
}
