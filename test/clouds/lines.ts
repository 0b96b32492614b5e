/** Changes of a configuration by one line each, as somebody makes them who follows the documentation. Pure. */
export type Change = (text: string) => string;

/** Where that line is there once, and once alone. @throws Error */
export function line(from: string, to: string): Change {
	return (text) => {
		const lines = text.split("\n");
		const found = lines.flatMap((one, index) => (one.trim() === from ? [index] : []));
		const [index] = found;
		if (index === undefined || found.length > 1) throw new Error(`${found.length} lines are "${from}"`);
		const indent = /^\s*/.exec(lines[index] as string)?.[0] ?? "";
		return lines.with(index, `${indent}${to}`).join("\n");
	};
}

export const both =
	(...changes: readonly Change[]): Change =>
	(text) =>
		changes.reduce((changed, change) => change(changed), text);
