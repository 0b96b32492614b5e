/** Which pods act on MySQL without being a server: clients that dump, restore, watch or fail over. */
import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { each, judged } from "../frame/notKnown.ts";
import { namespaceOf, objects } from "./kinds.ts";
import { mysqlServerOf } from "./mysqlServer.ts";
import { allContainersOf, type Container, hasPods, type Pods, podsOf } from "./pod.ts";

/** As a program that is given options, not as a word: `--engine=mysql` and `mysql://` are of an application. */
const programs =
	/(?:^|[\s;&|(`])(?:\/\S*\/)?(?:mysql|mysqldump|mysqladmin|mysqlpump|mysqlsh|mysqlbinlog|mariadb|mariadb-dump|mariadb-backup|mydumper|myloader|xtrabackup)(?=\s+-|\s*$)/m;
const images = /(mysql|mariadb|percona|xtrabackup|orchestrator)/i;

/** Everything that a container is told to run, as one text. */
export function commandOf({ command = [], args = [] }: Container): string {
	return [...command, ...args].join(" ");
}

export function isClient(container: Container): boolean {
	return programs.test(commandOf(container)) || images.test(nameOf(container.image ?? ""));
}

/** Of an image, the last part, since whose registry it is says nothing: `mysqld-exporter`. */
function nameOf(image: string): string {
	return (
		image
			.replace(/[@:][^/]*$/, "")
			.split("/")
			.at(-1) ?? ""
	);
}

/** The pods of a resource that is a MySQL server or acts on one; those of this project by their label. */
export function mysqlPodsOf(resource: Declared): Pods | undefined {
	if (!hasPods(resource.type)) return undefined;
	const pods = podsOf(resource);
	const ours = pods.labels["app.kubernetes.io/part-of"] === "mysql-dr";
	if (ours || allContainersOf(pods).some(({ container }) => isClient(container))) return pods;
	return mysqlServerOf(resource) && pods;
}

/** Whoever watches servers in order to promote one: by the word for it, or by a script that asks MySQL and patches Kubernetes. */
export function watchdogOf(resource: Declared): Pods | undefined {
	if (!hasPods(resource.type)) return undefined;
	const pods = podsOf(resource);
	if (!pods.lasting) return undefined;
	if (pods.labels["app.kubernetes.io/component"] === "watchdog") return pods;
	const watches = allContainersOf(pods).some(
		({ container }) =>
			/orchestrator|mysql-operator|mysql-failover|mysql-watchdog/.test(container.image ?? "") ||
			(/\bkubectl\b/.test(commandOf(container)) && programs.test(commandOf(container))),
	);
	return watches ? pods : undefined;
}

/** Those of a stack, as far as it is known which they are. */
export function podsIn({ resources }: DeclaredStack, find: (resource: Declared) => Pods | undefined) {
	return judged(() =>
		each(resources, (resource) => {
			const pods = find(resource);
			return pods ? [pods] : [];
		}),
	);
}

/** The ServiceAccount that a pod is, as a subject of a binding names it. */
export function accountOf({ resource, spec }: Pods): { readonly namespace: string; readonly name: string } {
	return { namespace: namespaceOf(resource), name: spec.serviceAccountName ?? spec.serviceAccount ?? "default" };
}

/** The roles that are bound to the accounts of such pods, each with the binding. */
export function rolesOf(
	stack: DeclaredStack,
	pods: readonly Pods[],
): { binding: Declared; role: Declared | undefined }[] {
	const accounts = pods.map(accountOf);
	const roles = objects(stack, "Role", "ClusterRole");
	return objects(stack, "RoleBinding", "ClusterRoleBinding")
		.filter(({ props }) =>
			(props.subjects ?? []).some((subject: { kind: string; name: string; namespace?: string }) =>
				accounts.some(
					({ namespace, name }) =>
						subject.kind === "ServiceAccount" &&
						subject.name === name &&
						(subject.namespace ?? namespace) === namespace,
				),
			),
		)
		.map((binding) => {
			const { kind, name } = binding.props.roleRef ?? {};
			const role = roles.find(
				(one) =>
					one.type.endsWith(`:${kind}`) &&
					one.props.metadata?.name === name &&
					(kind === "ClusterRole" || namespaceOf(one) === namespaceOf(binding)),
			);
			return { binding, role };
		});
}
