/** Family "access": what can reach a database, or act in its name. */
import { networkPolicy } from "./access/networkPolicy.ts";
import { ownObjectsOnly } from "./access/ownObjects.ts";
import { restrictedPods } from "./access/restrictedPods.ts";
import { noWildcardRights } from "./access/wildcards.ts";

/** The rules of this family. */
export const accessRules = [restrictedPods, networkPolicy, noWildcardRights, ownObjectsOnly];
