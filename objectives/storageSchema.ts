/** What a site's volumes lie on, `site.storage`. */
import { z } from "zod";

/** YAML reads true and 3 as what they look like; Kubernetes wants texts. */
const parameters = (of: string) =>
	z
		.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
		.describe(`write the parameters of ${of}, each with a name and a value`)
		.optional();

export const storageSchema = z
	.strictObject({
		profile: z.enum(["ebs", "gkePd", "csi"]).describe("write what the volumes lie on"),
		driver: z
			.string()
			.regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i, { error: "is not the name of a CSI driver" })
			.describe("write the driver's name, as `kubectl get csidrivers` shows it")
			.optional(),
		parameters: parameters("the StorageClass"),
		snapshotParameters: parameters("the VolumeSnapshotClass"),
		storageLocations: z
			.array(z.string().regex(/\S/, { error: "is empty" }).describe("write a region or multi-region"))
			.length(1, { error: "is not one place: Compute Engine keeps a snapshot in one region or multi-region" })
			.describe('write one, such as "eu"')
			.optional(),
		/** EBS keeps a snapshot in its volume's region; persistent disks where they are told. */
		farSnapshots: z.boolean().describe("write true for snapshots that outlive the site's region").optional(),
		regional: z.boolean().describe("write true for disks that are written to two zones").optional(),
	})
	.describe('write a profile, such as "ebs"');
