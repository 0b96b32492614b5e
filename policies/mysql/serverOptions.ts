/** What a MySQL server is told by what the stack declares: its command line, and the option files that ConfigMaps bring. */
import { parseSettings, UserError } from "../../objectives/index.ts";
// biome-ignore lint/style/noRestrictedImports: what this project's pods write at their start is judged as they write it.
import { firstInstanceCnf } from "../../runtime/instance/instanceCnf.ts";
import type { Declared, DeclaredStack } from "../frame/declared.ts";
import type { Missing } from "../frame/notKnown.ts";
import { beside, namespaceOf } from "../kubernetes/kinds.ts";
import { isOurs, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import { allContainersOf } from "../kubernetes/pod.ts";
import { type Assignment, fileOptions, wordOptions } from "./optionFile.ts";

/** An option, and where it is set. */
export interface OptionAt extends Assignment {
	readonly resource: Declared;
	/** Path of what holds it: `data["my.cnf"]`. */
	readonly setting: string;
}

export interface ServerOptions {
	/** Of the command line, which counts before what any file says. */
	readonly given: readonly OptionAt[];
	/** Of all files: which of several a start script takes is not to be seen. */
	readonly files: readonly OptionAt[];
	/** Places that may set more and are not in the stack. */
	readonly unseen: readonly Missing[];
}

export function serverOptions(stack: DeclaredStack, server: MysqlServer): ServerOptions {
	const { resource, server: at } = server;
	const { command = [], args = [] } = at.container;
	const setting = `${at.path}.${args.length > 0 ? "args" : "command"}`;
	const given = wordOptions([...command, ...args]).map((option) => ({ ...option, resource, setting }));
	const sources = configMapsOf(server).map((source) => readSource(stack, server, source));
	return {
		given,
		files: sources.flatMap(({ options }) => options),
		unseen: [...sources.flatMap(({ unseen }) => unseen), ...secretFiles(server), ...imageFiles(server)],
	};
}

/** A ConfigMap that the pod mounts, and where. */
interface Source {
	readonly name: string;
	readonly optional: boolean;
	/** Path of the volume in the resource. */
	readonly setting: string;
	/** Keys that are mounted, with the file that each becomes; all of them by their own names where it is not said. */
	readonly items?: readonly { readonly key?: string; readonly path?: string }[] | undefined;
	readonly mounts: readonly { readonly mountPath?: string; readonly subPath?: string }[];
}

type Volume = NonNullable<MysqlServer["spec"]["volumes"]>[number];

function mountsOf(server: MysqlServer, volume: Volume) {
	return allContainersOf(server).flatMap(({ container }) =>
		(container.volumeMounts ?? []).filter(({ name }) => name === volume.name),
	);
}

function configMapsOf(server: MysqlServer): Source[] {
	return (server.spec.volumes ?? []).flatMap((volume, index) => {
		const mounts = mountsOf(server, volume);
		const setting = `${server.path}.volumes[${index}]`;
		const all = [volume.configMap, ...(volume.projected?.sources ?? []).map(({ configMap }) => configMap)];
		return all.flatMap((configMap) =>
			configMap?.name === undefined || mounts.length === 0 || mounts.every(({ mountPath }) => isSql(mountPath))
				? []
				: [{ name: configMap.name, optional: configMap.optional ?? false, setting, items: configMap.items, mounts }],
		);
	});
}

/** Statements for the first start are no options. */
function isSql(mountPath = ""): boolean {
	return mountPath.includes("docker-entrypoint-initdb.d");
}

function readSource(stack: DeclaredStack, server: MysqlServer, source: Source) {
	const configMap = beside(stack, server.resource, "ConfigMap").find(
		({ props }) => props.metadata?.name === source.name,
	);
	if (!configMap) {
		const why = `is the ConfigMap ${namespaceOf(server.resource)}/${source.name}, which is not in the stack`;
		return { options: [], unseen: source.optional ? [] : [missing(server, source.setting, why)] };
	}
	const data: Readonly<Record<string, string>> = configMap.props.data ?? {};
	const named = new Map(source.items?.map(({ key = "", path = key }) => [key, path]));
	const keys = Object.keys(data).filter((name) => named.size === 0 || named.has(name));
	const options: OptionAt[] = [];
	const unseen: Missing[] = [];
	for (const name of keys) {
		const setting = `data["${name}"]`;
		try {
			const text = optionText(server, name, [name, named.get(name) ?? "", ...paths(source)], () => data[name] ?? "");
			options.push(...fileOptions(text).map((option) => ({ ...option, resource: configMap, setting })));
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			unseen.push(missing(server, source.setting, `cannot be read: ${error.message}`));
		}
	}
	return { options, unseen };
}

function paths({ mounts }: Source): string[] {
	return mounts.filter(({ subPath }) => subPath !== undefined).map(({ mountPath = "" }) => mountPath);
}

/** The option file that a key is; this project's own pods write theirs from their settings. */
function optionText(server: MysqlServer, key: string, names: readonly string[], read: () => string): string {
	if (isOurs(server) && key === "settings.json") return firstInstanceCnf(parseSettings(read()));
	return names.some((name) => /\.(cnf|ini)$/.test(name)) ? read() : "";
}

/** Where servers look for option files. */
const optionPlace = /\.cnf$|\/(conf\.d|my\.cnf\.d|mysql\.conf\.d|mariadb\.conf\.d)\/?$|^\/etc\/mysql\/?$/;

function secretFiles(server: MysqlServer): Missing[] {
	return (server.spec.volumes ?? []).flatMap((volume, index) => {
		if (!volume.secret || !mountsOf(server, volume).some(({ mountPath = "" }) => optionPlace.test(mountPath)))
			return [];
		const why = "is an option file in a Secret, which is not read here";
		return [missing(server, `${server.path}.volumes[${index}]`, why)];
	});
}

/** Images whose server begins with what it takes by itself; other ones may bring option files. */
const plainImage =
	/^((docker\.io\/)?(library\/)?(mysql|mariadb|percona)|(docker\.io\/)?(percona\/percona-server|mysql\/mysql-server)|(public\.ecr\.aws\/docker\/library\/(mysql|mariadb))|container-registry\.oracle\.com\/mysql\/[\w-]+)([:@].*)?$/;

function imageFiles(server: MysqlServer): Missing[] {
	const { container, path } = server.server;
	if (isOurs(server) || plainImage.test(container.image ?? "")) return [];
	return [missing(server, `${path}.image`, "may bring option files of its own")];
}

function missing({ resource }: MysqlServer, setting: string, why: string): Missing {
	return { urn: resource.urn, resource: resource.label, setting, why };
}

/** MariaDB went its own way: other defaults, and GTIDs that need no switch. */
export function isMariadb({ server: { container } }: MysqlServer): boolean {
	return [container.image, ...(container.command ?? []), ...(container.args ?? [])].some((word) =>
		/mariadb/.test(word ?? ""),
	);
}
