import type { Declared } from "../frame/declared.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { eachServer } from "../kubernetes/mysqlServer.ts";
import { ownClaims, templatesOf } from "./claims.ts";

export const dataProtected = stackRule({
	name: "data-protected",
	family: "storage",
	what: "What holds the data of a MySQL database is protected from `pulumi destroy` and from replacement.",
	why: {
		reason:
			"A protected resource is deleted or replaced by no update and no destroy, whatever the program has come to say. Without it a renamed variable is enough.",
		source: "https://www.pulumi.com/docs/iac/concepts/resources/options/protect/",
	},
	fix: "Give the claims the option protect: true; where a StatefulSet makes its own claims, the set.",
	severity: "critical",
	*judgeStack(stack) {
		yield* eachServer(stack, function* (server) {
			const claims = ownClaims(stack, server);
			for (const claim of claims) yield* unprotected(claim);
			if (claims.length === 0 && templatesOf(server).length > 0) yield* unprotected(server.resource);
		});
	},
});

function* unprotected(resource: Declared): Generator<StackFinding> {
	if (resource.protect) return;
	const remedy = "set the option protect: true, so that no update and no destroy takes it away";
	yield { resource, setting: "protect", value: false, remedy };
}
