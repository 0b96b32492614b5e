/** Names and strings as MySQL's default SQL mode reads them (a backslash escapes). */

const escapes: Readonly<Record<string, string>> = {
	"\0": "\\0",
	"\n": "\\n",
	"\r": "\\r",
	"\x1a": "\\Z",
	"\\": "\\\\",
	"'": "\\'",
};

/** A string literal on one line: an init file ends a statement where a line ends. */
export function sqlString(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be escaped
	return `'${text.replace(/[\0\n\r\x1a\\']/g, (c) => escapes[c] ?? c)}'`;
}

export function sqlName(name: string): string {
	return `\`${name.replaceAll("`", "``")}\``;
}

/** A schema in GRANT is a pattern, where `_` and `%` stand for anything unless escaped. */
export function grantedSchema(name: string): string {
	return sqlName(name.replace(/[_%\\]/g, "\\$&"));
}
