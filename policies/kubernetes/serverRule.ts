/** A rule over one MySQL server, the commonest kind: the shape of a rule with the server in place of the resource. */
import {
	type ConfigOf,
	type ConfigSchema,
	type Finding,
	type ResourceRule,
	type RuleText,
	resourceRule,
} from "../frame/rule.ts";
import { type MysqlServer, mysqlServerOf } from "./mysqlServer.ts";
import { hasPods } from "./pod.ts";

export interface ServerRule<Schema extends ConfigSchema> extends RuleText<Schema> {
	/** Pure, as {@link ResourceRule.judge}. */
	judge(server: MysqlServer, config: ConfigOf<Schema>): Iterable<Finding>;
}

export function serverRule<const Schema extends ConfigSchema>({ judge, ...text }: ServerRule<Schema>): ResourceRule {
	return resourceRule<Schema>({
		...(text as RuleText<Schema>),
		of: hasPods,
		judge: (resource, config) => {
			const server = mysqlServerOf(resource);
			return server ? judge(server, config) : [];
		},
	});
}
