import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { storageClasses } from "../../components/storage/profiles.ts";
import { parseConfig, type StorageConfig } from "../../objectives/index.ts";
import { configuration, database, declared } from "./declared.ts";

const parameters = fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,9}$/), fc.string());
const anyStorage: fc.Arbitrary<StorageConfig> = fc.record({
	profile: fc.constantFrom("ebs", "gkePd", "csi"),
	driver: fc.constant("csi.example.com"),
	parameters,
	snapshotParameters: parameters,
	regional: fc.boolean(),
	storageLocations: fc.constantFrom(undefined, ["eu"]),
});

describe("a storage profile", () => {
	test("keeps data and snapshots that are deleted, makes a volume where its pod is, and lets it grow", () => {
		fc.assert(
			fc.property(anyStorage, (storage) => {
				const { data, scratch, snapshots } = storageClasses(storage);
				const placed = { volumeBindingMode: "WaitForFirstConsumer", allowVolumeExpansion: true };
				expect(data).toMatchObject({ ...placed, reclaimPolicy: "Retain" });
				expect(scratch).toMatchObject({ ...placed, reclaimPolicy: "Delete", provisioner: data.provisioner });
				expect(snapshots).toMatchObject({ deletionPolicy: "Retain", driver: data.provisioner });
			}),
		);
	});

	test("tells the driver what is configured, whatever it would say itself", () => {
		fc.assert(
			fc.property(anyStorage, (storage) => {
				const { data, snapshots } = storageClasses(storage);
				expect(data.parameters).toMatchObject(storage.parameters ?? {});
				expect(snapshots.parameters).toMatchObject(storage.snapshotParameters ?? {});
			}),
		);
	});

	test("of EBS is gp3, encrypted", () => {
		const { data, snapshots } = storageClasses({ profile: "ebs" });
		expect(data).toMatchObject({ provisioner: "ebs.csi.aws.com", parameters: { type: "gp3", encrypted: "true" } });
		expect(snapshots.parameters).toEqual({});
	});

	test("of Compute Engine is balanced, in one zone or two of data alone, its snapshots where they are wanted", () => {
		const zonal = storageClasses({ profile: "gkePd" });
		expect(zonal.data).toMatchObject({ provisioner: "pd.csi.storage.gke.io", parameters: { type: "pd-balanced" } });
		expect(zonal.data.parameters).not.toHaveProperty("replication-type");
		expect(zonal.snapshots.parameters).toEqual({});
		const regional = storageClasses({ profile: "gkePd", regional: true, storageLocations: ["eu"] });
		expect(regional.data.parameters).toEqual({ type: "pd-balanced", "replication-type": "regional-pd" });
		// What is made to be thrown away is not paid for twice.
		expect(regional.scratch.parameters).toEqual({ type: "pd-balanced" });
		expect(regional.snapshots.parameters).toEqual({ "storage-locations": "eu" });
	});

	test("of any other driver says nothing of its own", () => {
		const { data, snapshots } = storageClasses({
			profile: "csi",
			driver: "csi.example.com",
			parameters: { tier: "1" },
		});
		expect(data).toMatchObject({ provisioner: "csi.example.com", parameters: { tier: "1" } });
		expect(snapshots).toEqual({ driver: "csi.example.com", parameters: {}, deletionPolicy: "Retain" });
	});
});

describe("a site with a storage profile", () => {
	test("declares its classes, and its databases use them", async () => {
		const stack = await declared(configuration([database()], { storage: { profile: "ebs" } }));
		const classes = stack.all("StorageClass").map(({ inputs }) => [inputs.metadata.name, inputs.reclaimPolicy]);
		expect(classes).toEqual([
			["mysql-dr-test", "Retain"],
			["mysql-dr-test-scratch", "Delete"],
		]);
		expect(stack.one("VolumeSnapshotClass").inputs).toMatchObject({
			metadata: { name: "mysql-dr-test" },
			deletionPolicy: "Retain",
		});
		for (const { inputs } of stack.all("PersistentVolumeClaim"))
			expect(inputs.spec.storageClassName).toBe("mysql-dr-test");
		const scratch = stack.all("CronJob").flatMap(({ inputs }) => {
			const { volumes } = inputs.spec.jobTemplate.spec.template.spec;
			return volumes.flatMap(
				({ ephemeral }: { ephemeral?: { volumeClaimTemplate: { spec: { storageClassName: string } } } }) =>
					ephemeral ? ephemeral.volumeClaimTemplate.spec.storageClassName : [],
			);
		});
		expect(new Set(scratch)).toEqual(new Set(["mysql-dr-test-scratch"]));
		const settings = JSON.parse(stack.one("ConfigMap", "mysql-settings").inputs.data["settings.json"]);
		expect(settings.snapshots).toEqual({ snapshotClass: "mysql-dr-test" });
	});

	test.each([
		["aws", "mysql-dr:far-snapshots=test", undefined],
		["gcp", undefined, "europe-west4"],
	])("in %s has snapshots that outlive its region, of data and not of scratch", async (cloud, tag, location) => {
		const config = parseConfig({
			...{ cloud, regions: "europe", site: { name: "test", storage: { farSnapshots: true } } },
			databases: [database()],
			stores: { bucket: "company", aws: { cluster: "prod" }, gcp: { project: "company-prod" } },
			contacts: [{ role: "Primary DBA", name: "John Doe", phone: "+1-555-0101" }],
			images: { runtime: "mysql-dr/runtime:test" },
		});
		const stack = await declared(config);
		const tags = stack.all("StorageClass").map(({ name, inputs }) => [name, inputs.parameters.tagSpecification_1]);
		expect(Object.fromEntries(tags)).toEqual({ "test-data": tag, "test-scratch": undefined });
		expect(stack.one("VolumeSnapshotClass").inputs.parameters["storage-locations"]).toBe(location);
		const copied = stack.all("LifecyclePolicy").map(({ inputs }) => inputs.policyDetails);
		expect(copied).toEqual(
			cloud === "gcp"
				? []
				: [
						expect.objectContaining({
							targetTags: { "mysql-dr:far-snapshots": "test" },
							schedules: [
								expect.objectContaining({ crossRegionCopyRules: [expect.objectContaining({ target: "eu-west-1" })] }),
							],
						}),
					],
		);
	});

	test("declares none without one: named classes are the cluster's own", async () => {
		const stack = await declared(configuration([database()], { storageClass: "gp3", snapshotClass: "ebs" }));
		expect([...stack.all("StorageClass"), ...stack.all("VolumeSnapshotClass")]).toEqual([]);
	});
});
