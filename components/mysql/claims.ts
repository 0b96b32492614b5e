/** The volumes' claims: resources of their own, so that growing one never replaces what holds the data. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { bytes, formatSize, refuseShrink, type Size, size } from "../../objectives/index.ts";
import { claimName, metadata, type Place, sameFieldManager, skipAwait, takeOver } from "../naming.ts";

/** What the claims of a database ask for. */
export interface ClaimRequest {
	readonly place: Place;
	/** One claim an instance. */
	readonly instances: number;
	/** May grow, never shrink. */
	readonly volume: Size;
	/** What was asked for at first is not asked for again: it may have grown since. Default: false. */
	readonly grows?: boolean | undefined;
	/** Default: the cluster's default class. It must allow expansion. */
	readonly storageClass?: string | undefined;
}

/**
 * Declares `data-mysql-<n>`, which the StatefulSet adopts by name. They are protected, and kept when the stack goes:
 * data is deleted by people, not by programs.
 * No waiting: the first pod binds them, and the provider would take a bound claim for one that is not ready.
 * By force: a claim that the StatefulSet made in place of a lost one, or that the watchdog made larger, has another writer.
 */
export function declareClaims(name: string, request: ClaimRequest, opts: pulumi.CustomResourceOptions) {
	return Array.from({ length: request.instances }, (_, ordinal) => {
		const annotations = { ...skipAwait, ...sameFieldManager, ...takeOver };
		const ignoreChanges = request.grows ? ["spec.resources.requests.storage"] : [];
		return new k8s.core.v1.PersistentVolumeClaim(
			`${name}-data-${ordinal}`,
			{ metadata: metadata(request.place, "database", claimName(ordinal), annotations), spec: claimSpec(request) },
			{ ...opts, protect: true, retainOnDelete: true, ignoreChanges },
		);
	});
}

/** The claim's specification; also the StatefulSet's template, which is used only if a claim is missing. */
export function claimSpec({ volume, storageClass }: Pick<ClaimRequest, "volume" | "storageClass">) {
	return {
		accessModes: ["ReadWriteOnce"],
		...(storageClass ? { storageClassName: storageClass } : {}),
		resources: { requests: { storage: formatSize(volume) } },
	};
}

/**
 * A hook for the home of a database (which refuses in one line, before anything in it is looked at) and for each claim
 * (which knows the size that was last asked for, also where the home does not). It runs in previews too.
 * @param setting path of the size in the configuration, for the message: `databases[0].volume`
 */
export function shrinkRefusal(name: string, setting: string): pulumi.ResourceHook {
	return new pulumi.ResourceHook(`${name}-refuse-shrink`, refuseSmaller(setting), { onDryRun: true });
}

/**
 * A volume cannot be made smaller: the storage would have to drop data, and Kubernetes refuses it halfway.
 * The hook throws a UserError that names the setting and both sizes.
 */
export function refuseSmaller(setting: string): pulumi.ResourceHookFunction {
	return ({ oldInputs, newInputs }) => {
		const [before, after] = [oldInputs, newInputs].map(requestedSize);
		if (before !== undefined && after !== undefined) refuseShrink(setting, before, after);
	};
}

/** Of a claim, or of a database's home. */
function requestedSize(inputs: Record<string, unknown> | undefined): Size | undefined {
	const { spec, volume } = (inputs ?? {}) as { spec?: ClaimSpec; volume?: number };
	const requested = spec?.resources?.requests?.storage;
	if (requested !== undefined) return size(requested);
	return volume === undefined ? undefined : bytes(volume);
}

type ClaimSpec = { resources?: { requests?: { storage?: string } } };
