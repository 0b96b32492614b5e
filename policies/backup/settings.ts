/** What this project's own databases say of their backups: the settings that their pods are given. */
import { parseSettings, type Settings } from "../../objectives/index.ts";
import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { beside } from "../kubernetes/kinds.ts";
import { isOurs, type MysqlServer } from "../kubernetes/mysqlServer.ts";

export interface OwnSettings {
	readonly resource: Declared;
	/** Path in the resource. */
	readonly setting: string;
	readonly settings: Settings;
}

/** Those of a database of this project; undefined of any other one. */
export function ownSettings(stack: DeclaredStack, server: MysqlServer): OwnSettings | undefined {
	if (!isOurs(server)) return undefined;
	const names = (server.spec.volumes ?? []).map(({ configMap }) => configMap?.name);
	const resource = beside(stack, server.resource, "ConfigMap").find(
		({ props }) => names.includes(props.metadata?.name) && props.data?.["settings.json"] !== undefined,
	);
	if (!resource) return undefined;
	return { resource, setting: 'data["settings.json"]', settings: parseSettings(resource.props.data["settings.json"]) };
}
