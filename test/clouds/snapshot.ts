/** A preview as text that people review: every resource with its inputs, in an order that does not depend on the engine's. */
import { stringify } from "yaml";
import { unknownValue } from "../doubles/check.ts";
import type { Previewed, PreviewedResource } from "./preview.ts";

/** Kubernetes' own objects are reviewed elsewhere; of them the accounts that the cloud knows are shown. */
const shown = ({ type, custom, inputs }: PreviewedResource): boolean =>
	custom &&
	(!/^(kubernetes|pulumi:providers:kubernetes)/.test(type) ||
		type === "kubernetes:core/v1:ServiceAccount" ||
		/StorageClass|VolumeSnapshotClass/.test(type)) &&
	inputs !== undefined;

export function snapshotOf({ resources }: Previewed): string {
	const entries = resources.filter(shown).map((resource) => [titleOf(resource), contentOf(resource)] as const);
	const sorted = entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
	return stringify(Object.fromEntries(sorted), { lineWidth: 0, sortMapEntries: true, aliasDuplicateObjects: false });
}

const titleOf = ({ urn, type }: PreviewedResource): string => `${type} ${urn.split("::").at(-1)}`;

function contentOf({ inputs, protect, retainOnDelete }: PreviewedResource) {
	const kept = [...(protect ? ["protected"] : []), ...(retainOnDelete ? ["retained"] : [])];
	return { ...(readable(inputs) as object), ...(kept.length > 0 ? { $kept: kept.join(", ") } : {}) };
}

/** Policies as what they say, not as one line of JSON; what is not known yet as such. */
function readable(value: unknown): unknown {
	if (value === unknownValue) return "(known after it is made)";
	if (typeof value === "string") return parsed(value);
	if (Array.isArray(value)) return value.map(readable);
	if (typeof value !== "object" || value === null) return value;
	const entries = Object.entries(value).filter(([key]) => key !== "__internal");
	return Object.fromEntries(entries.map(([key, entry]) => [key, readable(entry)]));
}

function parsed(text: string): unknown {
	if (!/^[[{]/.test(text)) return text;
	try {
		return readable(JSON.parse(text));
	} catch {
		return text;
	}
}
