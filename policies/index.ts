/** The pack: what is refused. One family of rules a file; what a rule is, says frame/rule.ts. */
import { PolicyPack } from "@pulumi/policy";
import { crossGuard, type Inputs, inputsKept } from "./frame/crossGuard.ts";
import { Ledger, notJudgedPolicy } from "./frame/ledger.ts";
import { rules } from "./rules.ts";

const ledger = new Ledger();
const inputs: Inputs = new Map();

new PolicyPack("mysql-dr", {
	enforcementLevel: "mandatory",
	policies: [inputsKept(inputs), ...rules.map((rule) => crossGuard(rule, ledger, inputs)), notJudgedPolicy(ledger)],
});
