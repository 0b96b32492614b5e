/** What is wrong with a site's storage although each setting alone is well formed. */
import type { CloudConfig } from "./cloud.ts";
import { UserError } from "./error.ts";
import type { ReadableConfig, StorageConfig } from "./stack.ts";

export function checkStorage({ site, cloud }: ReadableConfig): UserError[] {
	if (site?.storage === undefined) return [];
	const { storage, storageClass, snapshotClass } = site;
	return [
		...twice("storageClass", storageClass),
		...twice("snapshotClass", snapshotClass),
		...checkDriver(storage),
		...checkPlaces(storage),
		...checkFar(storage, cloud),
	];
}

/** A profile makes both classes. */
function twice(setting: "storageClass" | "snapshotClass", value: string | undefined): UserError[] {
	if (value === undefined) return [];
	const wrong = `"${value}" is named, and site.storage makes a class of its own`;
	return [new UserError({ field: `site.${setting}`, value, wrong, remedy: "keep one of the two" })];
}

function checkDriver({ profile, driver }: StorageConfig): UserError[] {
	const field = "site.storage.driver";
	if (profile === "csi" && driver === undefined) {
		const remedy = "write the name of the CSI driver, as `kubectl get csidrivers` shows it";
		return [new UserError({ field, value: undefined, wrong: "is missing", remedy })];
	}
	if (profile === "csi" || driver === undefined) return [];
	const wrong = `"${driver}" is given, and profile ${profile} has a driver of its own`;
	return [new UserError({ field, value: driver, wrong, remedy: 'leave it out, or set profile "csi"' })];
}

/** Snapshots elsewhere are made by what a cloud has for it, in the second of its regions. */
function checkFar({ profile, farSnapshots, storageLocations }: StorageConfig, cloud?: CloudConfig): UserError[] {
	const refuse = (wrong: string, remedy: string) => [
		new UserError({ field: "site.storage.farSnapshots", value: farSnapshots, wrong, remedy }),
	];
	if (!farSnapshots) return [];
	if (profile === "csi") return refuse("is set, and profile csi knows no such setting", "leave it out");
	if (!cloud) return refuse("is set, and no cloud is", "set cloud and regions, or leave it out");
	if (storageLocations === undefined) return [];
	return refuse(`is set, and snapshots are to be in ${storageLocations.join(", ")}`, "keep one of the two settings");
}

/** Other storages are told by parameters of their own. */
function checkPlaces({ profile, regional, storageLocations }: StorageConfig): UserError[] {
	if (profile === "gkePd") return [];
	const given = { regional, storageLocations: storageLocations?.join(", ") };
	return Object.entries(given).flatMap(([name, value]) => {
		if (value === undefined) return [];
		const wrong = `"${value}" is given, and profile ${profile} knows no such setting`;
		const remedy = "leave it out; what a driver is to be told goes into parameters or snapshotParameters";
		return [new UserError({ field: `site.storage.${name}`, value, wrong, remedy })];
	});
}
