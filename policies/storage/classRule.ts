/** A rule over the storage classes that MySQL's volumes are made of: each is judged once, however many use it. */
import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { each, judged, NotKnown } from "../frame/notKnown.ts";
import type { StackFinding } from "../frame/rule.ts";
import { eachServer } from "../kubernetes/mysqlServer.ts";
import { claimsOf, classOf } from "./claims.ts";

export function* eachClass(
	stack: DeclaredStack,
	judge: (storageClass: Declared) => Iterable<StackFinding>,
): Generator<StackFinding> {
	const { found, missing } = judged(() =>
		eachServer(stack, (server) =>
			each(claimsOf(stack, server), (claim) => {
				const storageClass = classOf(stack, claim);
				return storageClass ? [storageClass] : [];
			}),
		),
	);
	yield* each(new Set(found), judge);
	if (missing.length > 0) throw new NotKnown(missing);
}
