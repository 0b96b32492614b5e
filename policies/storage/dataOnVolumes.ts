import { each, NotKnown } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import { type ServerOptions, serverOptions } from "../mysql/serverOptions.ts";
import { templatesOf } from "./claims.ts";
import { dataFolders, mountOf } from "./dataFolder.ts";

export const dataOnVolumes = stackRule({
	name: "data-on-volumes",
	family: "storage",
	what: "The data of a MySQL server lie on a volume of a claim.",
	why: {
		reason:
			"What is written to the container, to an emptyDir or to a volume that is made for the pod goes with it, and a hostPath stays on a node that the next pod may not be on.",
		source: "https://kubernetes.io/docs/concepts/storage/volumes/#emptydir",
	},
	fix: "Mount a volume of a volumeClaimTemplate or of a PersistentVolumeClaim where the data directory is: at what --datadir or an option file says, else where the image has it (/var/lib/mysql).",
	severity: "critical",
	*judgeStack(stack) {
		yield* eachServer(stack, function* (server) {
			const options = serverOptions(stack, server);
			yield* each(dataFolders(options), (folder) => judged(server, options, folder));
		});
	},
});

const remedy = "mount a volume of a claim: the data go with the pod";

/** @param folder where the data are; undefined where nobody says */
function* judged(server: MysqlServer, { unseen }: ServerOptions, folder: string | undefined): Generator<StackFinding> {
	const { resource, spec, path: podPath } = server;
	const { container, path } = server.server;
	const mounts = container.volumeMounts ?? [];
	const lasting = lastingVolumes(server);
	const at = mountOf(mounts, folder);
	if (at && lasting.has(at.name)) return;
	// An image that is not known may have its data where such a volume is mounted.
	if (!at && !folder && unseen.length > 0 && mounts.some(({ name }) => lasting.has(name))) throw new NotKnown(unseen);
	const index = (spec.volumes ?? []).findIndex(({ name }) => name === at?.name);
	if (index < 0) yield { resource, setting: `${path}.volumeMounts`, value: container.volumeMounts, remedy };
	else {
		const kind = Object.keys(spec.volumes?.[index] ?? {}).find((name) => name !== "name");
		yield { resource, setting: `${podPath}.volumes[${index}]`, value: kind, remedy };
	}
}

/** Names of the volumes that stay when the pod goes. */
function lastingVolumes(server: MysqlServer): ReadonlySet<string | undefined> {
	return new Set([
		...templatesOf(server).map(({ metadata }) => metadata?.name),
		...(server.spec.volumes ?? []).filter(({ persistentVolumeClaim }) => persistentVolumeClaim).map(({ name }) => name),
	]);
}
