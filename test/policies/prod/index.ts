/**
 * The stack's own program, in which what it declares is changed as the table's rows say. Before that, in place of it: what
 * was promised, as outputs of a last deployment.
 */
import { alterDeclared } from "./alterDeclared.ts";
import { promisedBefore } from "./table.ts";

export default async function program() {
	if (process.env.MYSQL_DR_TEST_WHEN === "before") return { databases: promisedBefore };
	alterDeclared();
	return { ...(await import("../../../index.ts")) };
}
