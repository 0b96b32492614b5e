import { z } from "zod";
import { clusterSchema, eksSchema, gkeSchema, referenceSchema } from "./clusterSchema.ts";
import { dnsSchema } from "./dnsSchema.ts";
import { type Duration, duration } from "./duration.ts";
import { UserError } from "./error.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { type Size, size } from "./size.ts";
import { storageSchema } from "./storageSchema.ts";
import { tiers } from "./tiers.ts";
import { timezone } from "./timezone.ts";

/** A text that is read by one of the unit parsers; its error's words become the problem's. */
function unit<Value>(parse: (text: unknown) => Value, how: string) {
	return z
		.unknown()
		.transform((input, context): Value => {
			try {
				return parse(input);
			} catch (error) {
				if (!(error instanceof UserError)) throw error;
				const { wrong: message, remedy } = error;
				context.addIssue({ code: "custom", message, params: { remedy }, input });
				return z.NEVER;
			}
		})
		.describe(how);
}

function text(pattern: RegExp, wrong: string, how: string) {
	return z.string().regex(pattern, { error: wrong }).describe(how);
}

const label = (what: string) =>
	text(
		/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
		"is not a DNS label",
		`write ${what} of at most 63 small letters, digits and hyphens, beginning with a letter`,
	);
const subdomain = (what: string) =>
	text(
		/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
		"is not a Kubernetes name",
		`write the name of ${what}: small letters, digits, hyphens and dots`,
	);
const words = (how: string) => text(/\S/, "is empty", how);
const time = (how: string) => unit<Duration>(duration, how);

const databaseName = text(
	/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
	"is not a DNS label of at most 40 characters",
	"write a name of at most 40 small letters, digits and hyphens, beginning with a letter: names of Kubernetes objects are made from it",
);

const memory = unit<Size>(size, 'write a size such as "1Gi"').refine((amount) => amount >= size("512Mi"), {
	error: "is less than MySQL needs",
	params: { remedy: 'set "512Mi" or more' },
});

const volume = unit<Size>(size, 'write a size such as "10Gi"').refine((amount) => amount >= size("1Gi"), {
	error: "is too small for MySQL and its binary logs",
	params: { remedy: 'set "1Gi" or more; did you forget the unit?' },
});

const cpu = z
	.union([z.string(), z.number()])
	.transform(String)
	.refine((amount) => /^(?!0+(\.0+)?m?$)(\d+m|\d+(\.\d{1,3})?)$/.test(amount), {
		error: "is not an amount of CPU",
	})
	.describe('write cores ("2") or thousandths ("250m")');

const image = text(
	/^[a-z0-9][\w.\-/:@]*$/i,
	"is not an image reference",
	'write an image reference such as "registry.example/mysql:9.7.4"',
);

/** What is known of the site, `site:`. */
export const siteSchema = z
	.strictObject({
		name: label("a name"),
		region: label("a region"),
		zones: z
			.array(words("write a zone's name as its nodes' label says it"))
			.describe("list the zones, one name a line"),
		storageClass: subdomain("a StorageClass").optional(),
		snapshotClass: subdomain("a VolumeSnapshotClass").optional(),
		storage: storageSchema.optional(),
		expose: z
			.enum(["NodePort", "LoadBalancer", "ClusterIP"])
			.describe("write how clients outside the cluster reach it")
			.optional(),
		cluster: clusterSchema,
		/** Only those of the cluster that is made are used. */
		eks: eksSchema.optional(),
		gke: gkeSchema.optional(),
		kubeconfigFrom: referenceSchema.optional(),
	})
	.describe("write the site's name, region and zones");

const stated = z.strictObject({
	rto: time('write a time such as "15m"').optional(),
	rpo: time('write a time such as "5m", or "0s" for nothing').optional(),
});

const schedule = z.string().describe('write a cron line such as "0 2 * * *"').optional();

/** What is asked of each restored copy: one statement that changes nothing. */
const question = z
	.string()
	.regex(/^\s*(select|with|table|values)\b/i, { error: "is no SELECT" })
	.regex(/^[^;]*;?\s*$/, { error: "is more than one statement" })
	.describe('write one SELECT whose first value is not 0 where all is well, or is what "expect" says');

const backup = z.strictObject({
	key: z.strictObject({ existingSecret: subdomain("a Secret") }).optional(),
	scratch: unit<Size>(size, 'write a size such as "10Gi"').optional(),
	storageClass: subdomain("a StorageClass").optional(),
	spool: unit<Size>(size, 'write a size such as "10Gi"').optional(),
	archiverMemory: unit<Size>(size, 'write a size such as "512Mi"').optional(),
	checks: z
		.array(
			z.strictObject({
				name: words("write what the check is called"),
				sql: question,
				expect: z
					.union([z.string(), z.number()])
					.transform(String)
					.describe("write the value that the first row's first column must have")
					.optional(),
			}),
		)
		.describe("list checks, each with name and sql")
		.optional(),
});

/** One entry of `databases:`. */
export const databaseSchema = z.strictObject({
	name: databaseName,
	namespace: label("a namespace").optional(),
	tier: z.enum(tiers).describe("write the database's tier"),
	rto: time('write a time such as "15m"').optional(),
	rpo: time('write a time such as "5m", or "0s" for nothing').optional(),
	scenarios: z
		.strictObject(
			Object.fromEntries(scenarios.map((scenario) => [scenario, stated.optional()])) as Record<
				Scenario,
				z.ZodOptional<typeof stated>
			>,
		)
		.optional(),
	volume,
	volumeGrowth: z
		.strictObject({ upTo: volume })
		.describe('write volumeGrowth: { upTo: "50Gi" }, or leave it out: then volumes stay as they are')
		.optional(),
	resources: z.strictObject({ cpu: cpu.optional(), memory: memory.optional() }).optional(),
	image: image.optional(),
	schema: text(
		/^(?!(mysql|sys|information_schema|performance_schema)$)[a-z_][a-z0-9_]{0,63}$/i,
		"cannot name an application's schema",
		"write letters, digits and underscores, and none of MySQL's own schemas",
	).optional(),
	archive: z
		.strictObject({
			flushInterval: time('write a time such as "5s"')
				.refine((interval) => interval > 0, {
					error: "is no interval",
					params: { remedy: 'set "1s" or more' },
				})
				.optional(),
		})
		.optional(),
	schedules: z
		.strictObject({
			full: schedule,
			incremental: schedule,
			logical: schedule,
			snapshots: schedule,
			validation: schedule,
		})
		.optional(),
	credentials: z.strictObject({ existingSecret: subdomain("a Secret") }).optional(),
	tls: z.strictObject({ existingSecret: subdomain("a Secret") }).optional(),
	backup: backup.optional(),
	dns: dnsSchema.optional(),
});

/** One entry of `contacts:`. */
export const contactSchema = z.strictObject({
	role: words('write what this contact does, such as "Primary DBA"'),
	name: words("write whom to ask for"),
	phone: text(
		/^\+?[\d\s()./-]{4,}$/,
		"is not a telephone number",
		'write it as one dials it from abroad, such as "+1-555-0101"',
	).optional(),
	email: z
		.email({ error: "is not an email address" })
		.describe('write an address such as "dba@example.com"')
		.optional(),
});

/** One entry of `stores:`. */
export const storeSchema = z.strictObject({
	name: label("a name"),
	region: label("a region"),
	kind: z.enum(["s3", "gcs"]).describe("write the kind of store"),
	bucket: text(
		/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
		"is not a bucket's name",
		"write 3 to 63 small letters, digits, hyphens and dots",
	),
	endpoint: z
		.url({ protocol: /^https?$/, error: "is not a web address" })
		.describe('write an address such as "https://s3.example.com"')
		.optional(),
	credentials: z.strictObject({ existingSecret: subdomain("a Secret") }).optional(),
	objectLock: z
		.strictObject({
			mode: z.enum(["governance", "compliance"]).describe("write who may delete before the time: some, or nobody"),
			days: z.number().int().positive({ error: "is no time" }).describe("write whole days"),
		})
		.optional(),
});

/** The lists; their entries are read one by one, so that a fault in one does not hide those of the others. */
export const contactsSchema = z
	.array(z.unknown())
	.min(1, { error: "names nobody" })
	.describe("name at least one person with role, name, and phone or email");

export const databasesSchema = z
	.array(z.unknown())
	.min(1, { error: "declares no database" })
	.describe("declare at least one database with name, tier and volume");

export const storesSchema = z.array(z.unknown()).describe("list the stores, each with name, region, kind and bucket");

export const timezoneSchema = unit<string>(timezone, 'write an IANA name such as "Europe/Berlin"');

export const imagesSchema = z
	.strictObject({ runtime: image.optional() })
	.describe("write images: { runtime: … } or leave it out");
