/** Colours by what they mean. */

export interface Paint {
	good(text: string): string;
	bad(text: string): string;
	attention(text: string): string;
	strong(text: string): string;
	faint(text: string): string;
}

/** @param colourful false gives the text as it is */
export function painter(colourful: boolean): Paint {
	const wrap = (open: number, close: number) => (text: string) =>
		colourful ? `\x1b[${open}m${text}\x1b[${close}m` : text;
	return {
		good: wrap(32, 39),
		bad: wrap(31, 39),
		attention: wrap(33, 39),
		strong: wrap(1, 22),
		faint: wrap(2, 22),
	};
}

/** The columns that a text takes: colours take none. */
export function width(text: string): number {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what colours begin with
	return [...text.replace(/\x1b\[\d+m/g, "")].length;
}
