/** The pack: what is refused. One family of rules a file. */
import { PolicyPack } from "@pulumi/policy";
import { objectivesPolicies } from "./objectives.ts";

new PolicyPack("mysql-dr", {
	enforcementLevel: "mandatory",
	policies: [...objectivesPolicies],
});
