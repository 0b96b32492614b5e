/** Of the sound program: what keeps its data, replicates them and copies them out. */
import { object, type Resource } from "./program.ts";
import { pinned, restricted, restrictedPod } from "./soundSurroundings.ts";

/** The volume by which the server is given {@link soundOptions}. */
export const optionsVolume = { name: "options", configMap: { name: "db-options" } };
export const optionsMount = { name: "options", mountPath: "/etc/mysql/conf.d" };

/** The class is the cluster's: of a name that is another one in each namespace. */
export const classOf = (namespace: string) => `${namespace}-data`;

type Metadata = (name: string, more?: object) => { readonly name: string; readonly namespace: string };

export function soundStorage(namespace: string, metadata: Metadata, labels: object): Resource[] {
	const job = (name: string, schedule: string, command: readonly string[], annotations = {}) =>
		object("batch/v1", "CronJob", {
			metadata: metadata(name, { annotations }),
			spec: {
				schedule,
				concurrencyPolicy: "Forbid",
				jobTemplate: { spec: { template: { metadata: { labels }, spec: pod(name, command) } } },
			},
		});
	return [
		object("storage.k8s.io/v1", "StorageClass", {
			metadata: { name: classOf(namespace) },
			provisioner: "ebs.csi.aws.com",
			reclaimPolicy: "Retain",
			allowVolumeExpansion: true,
			volumeBindingMode: "WaitForFirstConsumer",
		}),
		object("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass", {
			metadata: { name: `${namespace}-snapshots` },
			driver: "ebs.csi.aws.com",
			deletionPolicy: "Retain",
		}),
		object("v1", "ConfigMap", { metadata: metadata("db-options"), data: { "durable.cnf": soundOptions() } }),
		job("backup", "0 2 * * *", ["xtrabackup", "--backup", "--stream=xbstream"], {
			"mysql-dr/backup-regions": "eu-central-1,eu-west-1",
			"mysql-dr/backup-retention": "35d",
		}),
		job("restore-test", "0 5 * * *", ["sh", "-c", "xtrabackup --copy-back && mysqld --skip-networking"]),
		object("apps/v1", "Deployment", {
			metadata: metadata("archive"),
			spec: {
				replicas: 1,
				selector: { matchLabels: { app: "archive" } },
				template: {
					metadata: { labels: { app: "archive" } },
					spec: pod("archive", ["mysqlbinlog", "--read-from-remote-server", "--raw", "--stop-never"]),
				},
			},
		}),
	];
}

function pod(name: string, command: readonly string[]) {
	const containers = [{ name, image: pinned("company/backup:1"), command, securityContext: restricted }];
	return { restartPolicy: "Always", securityContext: restrictedPod, containers };
}

/** @param changed by option; null leaves it out */
export function soundOptions(changed: Readonly<Record<string, string | null>> = {}): string {
	const options = { ...durable, ...changed };
	const lines = Object.entries(options).flatMap(([name, value]) => (value === null ? [] : [`${name} = ${value}`]));
	return `${["[client]", "sync_binlog = 0", "[mysqld]", ...lines].join("\n")}\n`;
}

const durable = {
	"gtid-mode": "ON",
	enforce_gtid_consistency: "ON",
	plugin_load_add: "semisync_source.so",
	rpl_semi_sync_source_enabled: "ON",
	rpl_semi_sync_replica_enabled: "1",
	rpl_semi_sync_source_timeout: "4294967295 # 49 days",
	sync_relay_log: "1",
};
