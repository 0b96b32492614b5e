import { beforeAll, describe, expect, test } from "@jest/globals";
import { jobPaths } from "../../runtime/instance/jobPlace.ts";
import { configuration, database, declared } from "./declared.ts";
import type { Inputs, Recording } from "./recorder.ts";

const keyed = (region: string) => ({
	...{ name: region, region, kind: "s3", bucket: `bucket-${region}` },
	credentials: { existingSecret: `keys-${region}` },
});

let stack: Recording;
beforeAll(async () => {
	stack = await declared(configuration([database()], {}, [keyed("local-1"), keyed("local-2")]));
});

const cronJobs = () => stack.all("CronJob").map(({ inputs }) => inputs);
const cronJob = (name: string): Inputs => stack.one("CronJob", name).inputs.spec;
const podOf = (name: string): Inputs => cronJob(name).jobTemplate.spec.template.spec;
const archiver = (): Inputs => stack.one("Deployment", "mysql-archive").inputs.spec;
const pods = (): Inputs[] => [archiver().template.spec, ...cronJobs().map(({ metadata }) => podOf(metadata.name))];

describe("the calendar", () => {
	test("is the plan's, in its timezone, each kind with its own command", () => {
		const found = cronJobs().map(({ metadata, spec }) => [
			metadata.name,
			spec.schedule,
			spec.timeZone,
			podOf(metadata.name).containers[0].args.join(" "),
		]);
		expect(new Set(found)).toEqual(
			new Set([
				["mysql-backup-full", "0 2 * * *", "Europe/Berlin", "job backup full"],
				["mysql-backup-incremental", "0 * * * *", "Europe/Berlin", "job backup incremental"],
				["mysql-backup-logical", "30 3 * * *", "Europe/Berlin", "job backup logical"],
				["mysql-backup-care", "30 6 * * *", "Europe/Berlin", "job care"],
				["mysql-validation", "0 5 * * *", "Europe/Berlin", "job validate"],
				["mysql-restore", "0 0 1 1 *", undefined, "job restore"],
			]),
		);
	});

	test("begins no job while one of its kind runs, and ends one that hangs, though not one that waits for the nightly full backup", () => {
		for (const { metadata, spec } of cronJobs().filter(({ spec }) => !spec.suspend)) {
			expect([metadata.name, spec.concurrencyPolicy]).toEqual([metadata.name, "Forbid"]);
			expect(spec.startingDeadlineSeconds).toBeLessThan(spec.jobTemplate.spec.activeDeadlineSeconds);
		}
		const deadline = (name: string) => cronJob(name).jobTemplate.spec.activeDeadlineSeconds;
		// Two days once a year, when the hour of the full backup is left out.
		expect(deadline("mysql-backup-full")).toBeGreaterThanOrEqual(24 * 3600);
		for (const name of ["mysql-backup-incremental", "mysql-backup-care", "mysql-validation"])
			expect([name, deadline(name)]).toEqual([name, deadline("mysql-backup-full")]);
		expect(cronJob("mysql-backup-incremental").startingDeadlineSeconds).toBe(1800);
	});

	test("never restores by itself, and never tries a restore twice", () => {
		expect(cronJob("mysql-restore").suspend).toBe(true);
		expect(cronJob("mysql-restore").jobTemplate.spec.backoffLimit).toBe(0);
	});

	test("gives a finished job's volume back", () => {
		for (const { spec } of cronJobs()) expect(spec.jobTemplate.spec.ttlSecondsAfterFinished).toBe(3600);
	});
});

describe("the archiver", () => {
	test("is one, never two, and is restarted by every setting", async () => {
		expect(archiver()).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
		const other = await declared(configuration([database({ schedules: { logical: "0 4 * * *" } })]));
		expect(other.one("Deployment", "mysql-archive").inputs.spec.template.metadata.annotations).not.toEqual(
			archiver().template.metadata.annotations,
		);
	});

	test("has the room that its database asks for", async () => {
		const given = database({ backup: { spool: "4Gi", archiverMemory: "2Gi" } });
		const told = await declared(configuration([given], {}, [keyed("local-1"), keyed("local-2")]));
		const { containers, volumes } = told.one("Deployment", "mysql-archive").inputs.spec.template.spec;
		expect(containers[0].resources.limits.memory).toBe("2Gi");
		const volume = volumes.find((one: Inputs) => one.name === "volume");
		expect(volume.ephemeral.volumeClaimTemplate.spec.resources.requests.storage).toBe("4Gi");
	});

	test("is ready when it says so, on the port that its Service has", () => {
		const [container] = archiver().template.spec.containers;
		expect(container.args).toEqual(["archiver"]);
		expect(container.readinessProbe.httpGet.path).toBe("/readyz");
		expect(container.ports[0].containerPort).toBe(8080);
		expect(stack.one("Service", "mysql-archive").inputs.spec.selector).toEqual(archiver().selector.matchLabels);
	});
});

describe("pods", () => {
	test("pass the restricted standard, and cannot write to their images", () => {
		for (const { securityContext, containers } of pods()) {
			expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
			for (const container of containers)
				expect(container.securityContext).toEqual({
					allowPrivilegeEscalation: false,
					readOnlyRootFilesystem: true,
					capabilities: { drop: ["ALL"] },
				});
		}
	});

	test("work on a volume that goes with them, and find everything where the runtime looks for it", () => {
		for (const { volumes, containers } of pods()) {
			const volume = volumes.find((one: Inputs) => one.name === "volume");
			expect(volume.ephemeral.volumeClaimTemplate.spec.accessModes).toEqual(["ReadWriteOnce"]);
			const places = containers[0].volumeMounts.map((one: Inputs) => one.mountPath);
			for (const path of Object.values(jobPaths))
				expect(places).toContain(path === jobPaths.settings ? "/etc/mysql-dr/settings" : path);
		}
		const scratch = podOf("mysql-backup-full").volumes.find((one: Inputs) => one.name === "volume");
		expect(scratch.ephemeral.volumeClaimTemplate.spec.resources.requests.storage).toBe("2Gi");
	});

	test("see only the passwords that they use", () => {
		const keys = (pod: Inputs, name: string) =>
			pod.volumes.find((one: Inputs) => one.name === name).secret.items?.map(({ key }: Inputs) => key);
		expect(keys(archiver().template.spec, "credentials")).toEqual(["archive", "monitor"]);
		expect(keys(podOf("mysql-backup-full"), "credentials")).toEqual(["clone", "monitor", "backup"]);
		expect(keys(podOf("mysql-restore"), "credentials")).toBeUndefined();
		for (const name of ["mysql-backup-full", "mysql-validation"]) expect(keys(podOf(name), "tls")).toEqual(["ca.crt"]);
		expect(keys(podOf("mysql-restore"), "tls")).toBeUndefined();
	});

	test("keep away from the primary's node where they can, and take the CPU that is left", () => {
		for (const { affinity, containers } of pods()) {
			const [{ podAffinityTerm }] = affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution;
			expect(podAffinityTerm.labelSelector.matchLabels["mysql-dr/role"]).toBe("primary");
			expect(containers[0].resources.limits).not.toHaveProperty("cpu");
			expect(containers[0].resources.limits.memory).toBe(containers[0].resources.requests.memory);
		}
	});
});

describe("permissions", () => {
	/** Verbs by resource, each with the names that it is limited to (`*` where it is not). */
	const permissions = (role: string) =>
		Object.fromEntries(
			(stack.one("Role", role).inputs.rules as Inputs[]).flatMap((rule) =>
				rule.resources.flatMap((resource: string) =>
					(rule.resourceNames ?? ["*"]).map((name: string) => [`${resource}/${name}`, rule.verbs]),
				),
			),
		);

	test("of the archiver are to see whom it follows, to read its keys, and to ask for a full backup", () => {
		expect(permissions("mysql-archive")).toEqual({
			"configmaps/mysql-cluster": ["get", "list", "watch"],
			"pods/*": ["get", "list", "watch"],
			"secrets/keys-local-1": ["get"],
			"secrets/keys-local-2": ["get"],
			"secrets/mysql-backup-key": ["get"],
			"cronjobs/mysql-backup-full": ["get"],
			"jobs/*": ["create", "list"],
		});
	});

	test("of jobs are to see whom they copy, to read the stores' keys, to take turns, and to tell of damage", () => {
		expect(permissions("mysql-backup")).toEqual({
			"configmaps/mysql-cluster": ["get", "list", "watch"],
			"configmaps/mysql-damage": ["patch"],
			"configmaps/*": ["create"],
			"pods/*": ["get", "list", "watch"],
			"secrets/keys-local-1": ["get"],
			"secrets/keys-local-2": ["get"],
			"leases/mysql-backup": ["get", "update", "patch"],
			"leases/*": ["create"],
		});
	});

	test("of jobs that restore are to read the stores' keys", () => {
		expect(permissions("mysql-restore")).toEqual({
			"secrets/keys-local-1": ["get"],
			"secrets/keys-local-2": ["get"],
		});
	});

	test("are bound before the pods that have them begin", () => {
		expect(stack.one("Deployment", "mysql-archive").dependsOn).toEqual(
			expect.arrayContaining([expect.stringMatching(/:RoleBinding::mysql-archive$/)]),
		);
		for (const job of stack.all("CronJob")) {
			const account = job.inputs.metadata.name === "mysql-restore" ? "mysql-restore" : "mysql-backup";
			expect(job.dependsOn).toEqual(
				expect.arrayContaining([expect.stringMatching(new RegExp(`:RoleBinding::${account}$`))]),
			);
			expect(job.inputs.spec.jobTemplate.spec.template.spec.serviceAccountName).toBe(account);
		}
	});
});

test("without a store nothing is declared that would write to one", async () => {
	const config = { ...configuration(), stores: [] };
	const without = await declared(config);
	expect([...without.all("Backups"), ...without.all("CronJob")]).toEqual([]);
});
