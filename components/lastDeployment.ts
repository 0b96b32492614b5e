import * as pulumi from "@pulumi/pulumi";

/**
 * What the stack promised at its last deployment, so that policies can tell whether a promise was weakened: CrossGuard shows
 * them what is declared now, and of what was deployed nothing. The stack's own outputs are read by a StackReference, which
 * policies do not see either, and said again as outputs of this component, which they do.
 */
export class LastDeployment extends pulumi.ComponentResource {
	constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
		// Without args: they would differ after each deployment, and every second preview would show a change.
		super("mysql-dr:index:LastDeployment", name, {}, opts);
		const stack = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
		const outputs = new pulumi.StackReference(name, { name: stack }, { parent: this });

		this.registerOutputs({ promised: outputs.getOutput("databases").apply(promises) });
	}
}

/** Objectives by database; of a stack that was never deployed none. */
function promises(databases: Readonly<Record<string, { readonly objectives: unknown }>> | undefined) {
	return Object.fromEntries(Object.entries(databases ?? {}).map(([name, { objectives }]) => [name, objectives]));
}
