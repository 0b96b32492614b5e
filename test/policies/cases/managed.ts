import { idOf, type Resource } from "../program.ts";
import type { Case, CaseTable } from "./case.ts";

const rds = {
	...{ engine: "mysql", instanceClass: "db.m6g.large", allocatedStorage: 100, multiAz: true, deletionProtection: true },
	...{ backupRetentionPeriod: 14, manageMasterUserPassword: true, username: "root" },
};
const cloudSql = {
	databaseVersion: "MYSQL_8_4",
	region: "europe-west1",
	settings: {
		tier: "db-custom-2-7680",
		availabilityType: "REGIONAL",
		deletionProtectionEnabled: true,
		backupConfiguration: { enabled: true, binaryLogEnabled: true, transactionLogRetentionDays: 7 },
		ipConfiguration: { ipv4Enabled: false, privateNetwork: "projects/shop/global/networks/shop" },
	},
};
const aurora = {
	...{ engine: "aurora-mysql", deletionProtection: true, backupRetentionPeriod: 14 },
	...{ manageMasterUserPassword: true, masterUsername: "root" },
};

const made = (type: string, props: object, opts: Partial<Resource> = {}): Resource => ({
	...{ type, name: "shop", protect: true, ...opts },
	props: JSON.parse(JSON.stringify(props)),
});
const instance = (changed: object, opts: Partial<Resource> = {}) =>
	made("aws:rds/instance:Instance", { ...rds, ...changed }, opts);
const google = (changed: object, settings: object = {}) =>
	made("gcp:sql/databaseInstance:DatabaseInstance", {
		...{ ...cloudSql, ...changed },
		settings: { ...cloudSql.settings, ...settings },
	});
const cluster = (changed: object, members: readonly object[]): Resource[] => [
	{ ...made("aws:rds/cluster:Cluster", { ...aurora, ...changed }), name: "aurora" },
	...members.map((member, n) => ({
		...made("aws:rds/clusterInstance:ClusterInstance", {
			...{ engine: "aurora-mysql", instanceClass: "db.r6g.large", clusterIdentifier: idOf("aurora"), ...member },
		}),
		name: `aurora-${n}`,
	})),
];

/** Every one of them is listed as one that nobody looks into. */
const byItsCloud = (label: string) => `${label}: options, volumes and replicas are made by its cloud`;
const instanceOpen = byItsCloud("Instance shop");
const googleOpen = byItsCloud("DatabaseInstance shop");
const clusterOpen = byItsCloud("Cluster aurora");

const of = (title: string, program: readonly Resource[], open: string, ...says: string[]): Case => ({
	...{ title, only: true, says, open: [open] },
	more: () => program,
});
const ofInstance = (title: string, changed: object, ...says: string[]) =>
	of(title, [instance(changed)], instanceOpen, ...says.map((rest) => `Instance shop: ${rest}`));
const ofGoogle = (title: string, changed: object, settings: object, ...says: string[]) =>
	of(title, [google(changed, settings)], googleOpen, ...says.map((rest) => `DatabaseInstance shop: ${rest}`));

const servers = "servers, volumes and backups are made by what it names, and are not in the program";
const custom = (apiVersion: string, kind: string): Resource => ({
	type: `kubernetes:${apiVersion}:${kind}`,
	name: "shop",
	props: { apiVersion, kind, metadata: { name: "shop", namespace: "shop" }, spec: {} },
});
const release = (chart: string): Resource => ({
	type: "kubernetes:helm.sh/v3:Release",
	name: "shop",
	props: { chart, namespace: "shop", values: {}, repositoryOpts: { repo: "https://charts.example.com" } },
});

export const managedCases: CaseTable = {
	"databases-in-sight": {
		refuses: [
			// What a chart holds, only a cluster's own provider reads.
			{
				...of("a chart", [release("oci://registry.example.com/charts/mysql")], `Release shop: ${servers}`),
				rulesAlone: true,
			},
			of("Oracle's operator", [custom("mysql.oracle.com/v2", "InnoDBCluster")], `InnoDBCluster shop/shop: ${servers}`),
			of(
				"Percona's operator",
				[custom("pxc.percona.com/v1", "PerconaXtraDBCluster")],
				`PerconaXtraDBCluster shop/shop: ${servers}`,
			),
			ofInstance("RDS", {}),
			ofGoogle("Cloud SQL", {}, {}),
			{
				title: "an operator, where that is not wanted",
				only: true,
				more: () => [custom("moco.cybozu.com/v1beta2", "MySQLCluster")],
				config: { refused: true },
				says: ["MySQLCluster shop/shop: servers, volumes and backups is not set"],
			},
		],
		accepts: [
			{
				title: "an exporter's chart",
				only: true,
				rulesAlone: true,
				more: () => [release("prometheus-mysql-exporter")],
			},
			{
				title: "RDS of PostgreSQL",
				only: true,
				more: () => [instance({ engine: "postgres", backupRetentionPeriod: 0, password: "verysecret" })],
			},
			{
				title: "a chart whose servers are in the program",
				rulesAlone: true,
				change: { StatefulSet: { within: "mysql" } },
				more: () => [
					{ type: "kubernetes:helm.sh/v4:Chart", name: "mysql", component: true, props: { chart: "mysql" } },
				],
			},
		],
	},
	"managed-backups": {
		refuses: [
			ofInstance("nothing said", { backupRetentionPeriod: undefined }, "backupRetentionPeriod is not set"),
			ofInstance("none", { backupRetentionPeriod: 0 }, "backupRetentionPeriod is 0"),
			of(
				"a day of Aurora",
				cluster({ backupRetentionPeriod: 1 }, [{}, {}]),
				clusterOpen,
				"Cluster aurora: backupRetentionPeriod is 1",
			),
			ofGoogle(
				"no logs of Cloud SQL",
				{},
				{ backupConfiguration: { enabled: true } },
				"settings.backupConfiguration.binaryLogEnabled is not set",
			),
		],
		accepts: [
			ofInstance("two weeks", {}),
			ofInstance("a replica", { engine: undefined, replicateSourceDb: "shop", backupRetentionPeriod: undefined }),
		],
	},
	"managed-zones": {
		refuses: [
			ofInstance("one zone", { multiAz: false }, "multiAz is false"),
			of("one member of Aurora", cluster({}, [{}]), clusterOpen, "Cluster aurora: ClusterInstance is 1"),
			ofGoogle("one zone of Cloud SQL", {}, { availabilityType: "ZONAL" }, 'settings.availabilityType is "ZONAL"'),
		],
		accepts: [of("two members of Aurora", cluster({}, [{}, {}]), clusterOpen)],
	},
	"managed-private": {
		refuses: [
			ofInstance("a public address", { publiclyAccessible: true }, "publiclyAccessible is true"),
			of(
				"a public address of a member",
				cluster({}, [{}, { publiclyAccessible: true }]),
				clusterOpen,
				"ClusterInstance aurora-1: publiclyAccessible is true",
			),
			ofGoogle(
				"what Google gives by itself",
				{},
				{ ipConfiguration: undefined },
				"settings.ipConfiguration.ipv4Enabled is not set",
			),
		],
		accepts: [ofInstance("said to be none", { publiclyAccessible: false })],
	},
	"managed-protected": {
		refuses: [
			ofInstance("nothing said to AWS", { deletionProtection: undefined }, "deletionProtection is not set"),
			of("nothing said to Pulumi", [instance({}, { protect: false })], instanceOpen, "Instance shop: protect is false"),
			ofGoogle(
				"off in Google Cloud",
				{},
				{ deletionProtectionEnabled: false },
				"settings.deletionProtectionEnabled is false",
			),
		],
		accepts: [ofGoogle("both", {}, {})],
	},
	"managed-password": {
		refuses: [
			ofInstance(
				"one in the program",
				{ manageMasterUserPassword: undefined, password: "verysecret" },
				"password holds a value that is not shown here",
			),
			ofGoogle(
				"one of Google's",
				{ rootPassword: "verysecret" },
				{},
				"rootPassword holds a value that is not shown here",
			),
		],
		accepts: [ofInstance("AWS keeps it", {})],
	},
};
