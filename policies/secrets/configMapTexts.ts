/** What a ConfigMap holds, as texts: also what its `binaryData` are where they are one. */
import type { Declared } from "../frame/declared.ts";
import { key } from "../frame/mend.ts";

export interface ConfigMapText {
	readonly name: string;
	/** Path in the resource. */
	readonly setting: string;
	/** Reads it: what is not known yet throws only then. */
	text(): string;
}

export function configMapTexts({ props }: Declared): ConfigMapText[] {
	const { data = {}, binaryData = {} } = props;
	return [
		...Object.keys(data).map((name) => ({ name, setting: `data${key(name)}`, text: () => String(data[name]) })),
		...Object.keys(binaryData).map((name) => ({
			name,
			setting: `binaryData${key(name)}`,
			text: () => Buffer.from(String(binaryData[name]), "base64").toString("utf8"),
		})),
	];
}
