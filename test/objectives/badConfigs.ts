import { expect } from "@jest/globals";
import { parseConfig, UserError } from "../../objectives/index.ts";

/** The example, to be changed. */
export type Raw = ReturnType<typeof example>;

/** What a stack's configuration looks like after YAML. */
export function example() {
	return {
		site: { name: "dev", region: "local-1", zones: ["zone-a", "zone-b", "zone-c"], cluster: "local" } as Record<
			string,
			unknown
		>,
		databases: [
			{ name: "mysql", tier: "critical", volume: "2Gi" },
			{ name: "reports", tier: "standard", volume: "10Gi" },
		] as Record<string, unknown>[],
		contacts: [{ role: "Primary DBA", name: "John Doe", phone: "+1-555-0101" }] as Record<string, unknown>[],
		timezone: "Europe/Berlin" as unknown,
		stores: undefined as unknown,
		images: undefined as unknown,
	};
}

/** A store of this name in this region. */
export const store = (name: string, region: string) => ({ name, region, kind: "s3", bucket: `backup-${name}` });

const locked = (name: string, region: string, days: number) => ({
	...store(name, region),
	objectLock: { mode: "governance", days },
});

/** The problems of the example after a change. */
export function problems(change: (raw: Raw) => unknown): readonly string[] {
	const raw = example();
	const changed = change(raw);
	try {
		parseConfig(changed === undefined ? raw : changed);
		return [];
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		expect(error.message).toBe(error.problems.map(({ message }) => message).join("\n"));
		return error.problems.map(({ message }) => message);
	}
}

const first = (raw: Raw) => raw.databases[0] ?? {};
const set = (settings: object) => (raw: Raw) => void Object.assign(first(raw), settings);
const setSite = (settings: object) => (raw: Raw) => void Object.assign(raw.site, settings);
/** What is wrong, how the example is made so, and the one line that must be said. */
export const rows: readonly (readonly [string, (raw: Raw) => unknown, string])[] = [
	[
		"RPO shorter than the archive interval allows",
		set({ rpo: "5m", archive: { flushInterval: "15m" } }),
		'databases[0].archive.flushInterval: 15m breaks the RPO of 5m when the whole region is lost: the forecast is 15m8s, of which "archive flush" takes 15m; set at most 4m52s, or leave it to the plan',
	],
	[
		"volumes that grow to less than they have",
		set({ volumeGrowth: { upTo: "2Gi" } }),
		"databases[0].volumeGrowth.upTo: 2Gi is no more than the 2Gi that the volume has from the beginning; set more than volume, or leave volumeGrowth out",
	],
	[
		"fewer zones than instances",
		(raw) => {
			raw.databases.pop();
			raw.site.zones = ["zone-a", "zone-b"];
		},
		"site.zones: 2 zones (zone-a, zone-b) cannot keep 3 instances apart; a critical database needs 3 zones with a node each: name 1 more",
	],
	[
		"a zone named twice",
		setSite({ zones: ["a", "b", "c", "a"] }),
		'site.zones[3]: "a" is named twice (see site.zones[0]); a zone counts once: remove it or name another one',
	],
	[
		"unknown tier",
		set({ tier: "critcal" }),
		'databases[0].tier: "critcal" is unknown; write the database\'s tier: critical, standard (did you mean "critical"?)',
	],
	[
		"unknown timezone",
		(raw) => {
			raw.timezone = "Europe/Berln";
		},
		'timezone: "Europe/Berln" is not a timezone; write an IANA name such as "Europe/Berlin" or "Etc/UTC"; did you mean "Europe/Berlin"?',
	],
	[
		"bad cron line",
		set({ schedules: { full: "2am" } }),
		'databases[0].schedules.full: "2am" is not a cron line; write five fields (minute hour day month weekday), such as "0 2 * * *" for 02:00 daily',
	],
	[
		"bad duration",
		set({ rto: "15 minutes" }),
		'databases[0].rto: "15 minutes" is not a duration; write a number and a unit (ms, s, m, h, d), such as "15m", "1.5h" or "1h30m"',
	],
	[
		"a number without a unit",
		set({ volume: 10 }),
		'databases[0].volume: 10 is not a size; write a number and a unit, such as "10Gi" or "512Mi"',
	],
	[
		"a volume without a unit",
		set({ volume: "10" }),
		'databases[0].volume: "10" is too small for MySQL and its binary logs; set "1Gi" or more; did you forget the unit?',
	],
	[
		"too little memory",
		set({ resources: { memory: "100Mi" } }),
		'databases[0].resources.memory: "100Mi" is less than MySQL needs; set "512Mi" or more',
	],
	[
		"no CPU",
		set({ resources: { cpu: "0m" } }),
		'databases[0].resources.cpu: "0m" is not an amount of CPU; write cores ("2") or thousandths ("250m")',
	],
	[
		"missing volume",
		set({ volume: undefined }),
		'databases[0].volume: is missing; write a number and a unit, such as "10Gi" or "512Mi"',
	],
	[
		"a spool of less than three binary logs",
		set({ backup: { spool: "383Mi" } }),
		"databases[0].backup.spool: 383Mi is less than three binary logs of 128Mi; set 384Mi or more, or leave it out",
	],
	[
		"a scratch volume that cannot hold the data",
		set({ backup: { scratch: "1Gi" } }),
		"databases[0].backup.scratch: 1Gi is less than the volume of 2Gi whose copy is booted on it; set 2Gi or more, or leave it out",
	],
	[
		"a check that changes what it checks",
		set({ backup: { checks: [{ name: "orders", sql: "DELETE FROM orders" }] } }),
		'databases[0].backup.checks[0].sql: "DELETE FROM orders" is no SELECT; write one SELECT whose first value is not 0 where all is well, or is what "expect" says',
	],
	[
		"a check of two statements",
		set({ backup: { checks: [{ name: "orders", sql: "SELECT 1; SELECT 2" }] } }),
		'databases[0].backup.checks[0].sql: "SELECT 1; SELECT 2" is more than one statement; write one SELECT whose first value is not 0 where all is well, or is what "expect" says',
	],
	[
		"two checks of one name",
		set({
			backup: {
				checks: [
					{ name: "orders", sql: "SELECT 1" },
					{ name: "orders", sql: "SELECT 2" },
				],
			},
		}),
		'databases[0].backup.checks[1].name: "orders" names two checks; give each check a name of its own',
	],
	[
		"a lock that outlasts the archive",
		(raw) => {
			raw.stores = [locked("one", "local-1", 30), store("two", "local-2")];
		},
		'stores[0].objectLock.days: 30 days are longer than the 14d for which the archive of "reports" is kept; set 14: what is let go could not be removed',
	],
	[
		"a lock that ends before the archive does",
		(raw) => {
			raw.stores = [locked("one", "local-1", 14), locked("two", "local-2", 7)];
		},
		'stores[1].objectLock.days: 7 days are shorter than the 14d for which the archive of "reports" is kept; set 14: what a restore needs could be deleted',
	],
	["an empty line", set({ tier: null }), "databases[0].tier: is empty; write the database's tier: critical, standard"],
	["unknown key, near one", set({ volumne: "2Gi" }), 'databases[0].volumne: is not a setting; did you mean "volume"?'],
	[
		"unknown key deep inside",
		set({ archive: { flushIntervall: "5s" } }),
		'databases[0].archive.flushIntervall: is not a setting; did you mean "flushInterval"?',
	],
	[
		"unknown scenario",
		set({ scenarios: { zoen: { rto: "5m" } } }),
		'databases[0].scenarios.zoen: is not a setting; did you mean "zone"?',
	],
	["unknown section", (raw) => ({ ...raw, databses: [] }), 'databses: is not a setting; did you mean "databases"?'],
	[
		"a password, which is not echoed",
		set({ password: "hunter2" }),
		"databases[0].password: is not a setting; known are name, namespace, tier, rto, rpo, scenarios, volume, volumeGrowth, resources, image, schema, archive, schedules, credentials, tls, backup, dns",
	],
	[
		"a scalar for a group",
		set({ archive: "5s" }),
		'databases[0].archive: "5s" is not a group of settings; write settings of its own: flushInterval',
	],
	[
		"a list for a text",
		setSite({ name: ["dev"] }),
		'site.name: ["dev"] is not a text; write a name of at most 63 small letters, digits and hyphens, beginning with a letter',
	],
	[
		"a name that is no DNS label",
		set({ name: "My_SQL", namespace: "mysql" }),
		'databases[0].name: "My_SQL" is not a DNS label of at most 40 characters; write a name of at most 40 small letters, digits and hyphens, beginning with a letter: names of Kubernetes objects are made from it',
	],
	[
		"duplicate namespaces",
		set({ namespace: "reports" }),
		'databases[1].namespace: "reports" is the namespace of two databases (see databases[0].namespace); give each database a namespace of its own: the objects in it have fixed names',
	],
	[
		"duplicate names",
		set({ name: "reports", namespace: "other" }),
		'databases[1].name: "reports" names two databases (see databases[0].name); give each database a name of its own',
	],
	[
		"a namespace of Kubernetes",
		set({ namespace: "kube-system" }),
		'databases[0].namespace: "kube-system" belongs to Kubernetes; give the database a namespace of its own',
	],
	[
		"a schema of MySQL",
		set({ schema: "mysql" }),
		"databases[0].schema: \"mysql\" cannot name an application's schema; write letters, digits and underscores, and none of MySQL's own schemas",
	],
	[
		"a bad Secret's name",
		set({ credentials: { existingSecret: "My Secret" } }),
		'databases[0].credentials.existingSecret: "My Secret" is not a Kubernetes name; write the name of a Secret: small letters, digits, hyphens and dots',
	],
	[
		"unknown exposure",
		setSite({ expose: "Ingress" }),
		'site.expose: "Ingress" is unknown; write how clients outside the cluster reach it: NodePort, LoadBalancer, ClusterIP',
	],
	[
		"a contact without phone or email",
		(raw) => {
			raw.contacts.push({ role: "Backup DBA", name: "Jane Smith" });
		},
		'contacts[1]: "Jane Smith" cannot be reached; add a phone or an email',
	],
	[
		"nobody to call",
		(raw) => {
			raw.contacts = [];
		},
		"contacts: [] names nobody; name at least one person with role, name, and phone or email",
	],
	[
		"a bad address",
		(raw) => {
			raw.contacts.push({ role: "x", name: "y", email: "nobody" });
		},
		'contacts[1].email: "nobody" is not an email address; write an address such as "dba@example.com"',
	],
	[
		"two stores in one region",
		(raw) => {
			raw.stores = [store("one", "eu-1"), store("two", "eu-1")];
		},
		'stores[1].region: "eu-1" is the region of two stores (see stores[0].region); put the second store into another region: one lost region must leave a store',
	],
	[
		"one store only",
		(raw) => {
			raw.stores = [store("one", "eu-1")];
		},
		"stores: has one store only; name two stores in two regions (only a local site may leave them out: it brings its own); one lost region must leave a store",
	],
	[
		"no image for a cluster of one's own",
		(raw) => {
			raw.site.cluster = "existing";
			raw.stores = [store("one", "a"), store("two", "b")];
		},
		'images.runtime: is missing; write the image that you built from the Containerfile, or set site.cluster to "local"',
	],
	[
		"a storage of no known driver",
		setSite({ storage: { profile: "csi" } }),
		"site.storage.driver: is missing; write the name of the CSI driver, as `kubectl get csidrivers` shows it",
	],
	[
		"a driver beside a profile that has one",
		setSite({ storage: { profile: "ebs", driver: "csi.example.com" } }),
		'site.storage.driver: "csi.example.com" is given, and profile ebs has a driver of its own; leave it out, or set profile "csi"',
	],
	[
		"a storage profile and a class",
		setSite({ storage: { profile: "ebs" }, storageClass: "gp3" }),
		'site.storageClass: "gp3" is named, and site.storage makes a class of its own; keep one of the two',
	],
	[
		"a storage profile and a class of snapshots",
		setSite({ storage: { profile: "ebs" }, snapshotClass: "ebs" }),
		'site.snapshotClass: "ebs" is named, and site.storage makes a class of its own; keep one of the two',
	],
	[
		"a place for snapshots that have none to choose",
		setSite({ storage: { profile: "ebs", storageLocations: ["eu"] } }),
		'site.storage.storageLocations: "eu" is given, and profile ebs knows no such setting; leave it out; what a driver is to be told goes into parameters or snapshotParameters',
	],
	[
		"two places for one snapshot",
		setSite({ storage: { profile: "gkePd", storageLocations: ["eu", "us"] } }),
		'site.storage.storageLocations: ["eu","us"] is not one place: Compute Engine keeps a snapshot in one region or multi-region; write one, such as "eu"',
	],
	[
		"a storage that nobody has heard of",
		setSite({ storage: { profile: "floppy" } }),
		'site.storage.profile: "floppy" is unknown; write what the volumes lie on: ebs, gkePd, csi',
	],
	[
		"an objective beyond reach",
		set({ rpo: "1s" }),
		"databases[0].rpo: 1s cannot be kept when the whole region is lost: the forecast is 9s, of which \"bucket replication lag\" takes 5s (default: the archive is written to the second region's store directly; a bucket's own replication (S3: 15 min with time control) is not waited for); set rpo to 9s or more",
	],
	[
		"no configuration",
		() => "nothing",
		'config: "nothing" is not a configuration; set cloud, regions, site, databases, stores, contacts, timezone, images',
	],
];
