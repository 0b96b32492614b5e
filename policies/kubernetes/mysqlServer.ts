/** Which workloads are MySQL servers: in anybody's program, by what they run. */
import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { each } from "../frame/notKnown.ts";
import { namespaceOf } from "./kinds.ts";
import { type Container, type ContainerAt, containersOf, hasPods, type Pods, podsOf } from "./pod.ts";

export interface MysqlServer extends Pods {
	/** The container that mysqld runs in. */
	readonly server: ContainerAt;
}

/**
 * Images of servers by the last part of their name, whoever publishes them: `mysql`, `bitnami/mysql`,
 * `container-registry.oracle.com/mysql/community-server`, `percona/percona-server`, `rhel9/mysql-84`, `mariadb`.
 * What has another word in its name (exporter, router, operator, backup) is something else.
 */
const serverImage =
	/^(mysql|mariadb|percona|percona-xtradb-cluster)(-?(community-|enterprise-)?server)?(-?\d[\w.]*)?$|^(community|enterprise)-server$/;

const serverProgram = /^(mysqld|mysqld_safe|mysqld_multi|mariadbd|mariadbd-safe)$/;
const entrypoint = /^(docker-entrypoint|entrypoint|run)(\.sh)?$/;
const shell = /^(ba|da|z|k)?sh$/;
const init = /^(tini|dumb-init|exec|env)$/;

/** The MySQL server that a resource is, if it is one. Jobs are none: theirs ends with them. */
export function mysqlServerOf(resource: Declared): MysqlServer | undefined {
	if (!hasPods(resource.type)) return undefined;
	const pods = podsOf(resource);
	if (!pods.lasting) return undefined;
	const containers = containersOf(pods);
	const server = isOurs(pods) ? containers[0] : containers.find(({ container }) => isServer(container));
	return server && { ...pods, server };
}

/** Judges each of them by itself. */
export function* eachServer<Found>(
	{ resources }: DeclaredStack,
	judge: (server: MysqlServer) => Iterable<Found>,
): Generator<Found> {
	yield* each(resources, function* (resource) {
		const server = mysqlServerOf(resource);
		if (server) yield* judge(server);
	});
}

/** The labels that this project gives the pods of a database. */
export function isOurs({ labels }: Pods): boolean {
	return labels["app.kubernetes.io/part-of"] === "mysql-dr" && labels["app.kubernetes.io/component"] === "database";
}

/** By its program where it names one, else by its image. */
function isServer(container: Container): boolean {
	const words = programOf(container);
	const [program] = words;
	if (program !== undefined && serverProgram.test(program)) return true;
	if (program !== undefined && shell.test(program)) {
		const script = words.slice(1).join(" ");
		return /\b(mysqld|mysqld_safe|mariadbd)\b/.test(script) || (isServerImage(container) && servesClients(container));
	}
	return (program === undefined || entrypoint.test(program)) && isServerImage(container);
}

/** The words of its command line from the program on, that without its folder; none where the image decides. */
function programOf({ command = [], args = [] }: Container): string[] {
	const words = [...command, ...args].filter((word) => word !== "--");
	const start = words.findIndex((word) => !init.test(baseName(word)) && !entrypoint.test(baseName(word)));
	const [program, ...rest] = start < 0 ? [] : words.slice(start);
	// The usual entrypoint gives options to mysqld.
	return program === undefined || program.startsWith("-") ? [] : [baseName(program), ...rest];
}

function isServerImage({ image = "" }: Container): boolean {
	const name = baseName(image.replace(/@.*$/, "")).replace(/:.*$/, "");
	return serverImage.test(name);
}

/** A start script whose words are in the image: what it serves and where its data are tell. */
function servesClients({ ports = [], volumeMounts = [] }: Container): boolean {
	return (
		ports.some(({ containerPort }) => containerPort === 3306) ||
		volumeMounts.some(({ mountPath }) => mountPath?.startsWith("/var/lib/mysql"))
	);
}

function baseName(path: string): string {
	return path.split("/").at(-1) ?? path;
}

/**
 * The database that a server is an instance of: charts and programs often declare primary and replicas apart. By the first
 * of these labels that it has, in its namespace; else the workload alone.
 */
export function databaseOf({ resource, labels }: MysqlServer): string {
	const named = ["mysql-dr/cluster", "app.kubernetes.io/instance"].find((label) => labels[label] !== undefined);
	const name = named === undefined ? resource.name : `${named}=${labels[named]}`;
	return `${namespaceOf(resource)}/${name}`;
}

/** As this project's labels and reports call it; other programs' by the label of their release, or by the object's name. */
export function clusterOf({ resource, labels }: MysqlServer): string {
	return (
		labels["mysql-dr/cluster"] ?? labels["app.kubernetes.io/instance"] ?? resource.props.metadata?.name ?? resource.name
	);
}
