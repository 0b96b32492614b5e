/** Options of mysqld, as option files and command lines give them. */

/** What one option is set to. */
export interface Assignment {
	/** With underscores, by its present name. */
	readonly name: string;
	readonly value: string;
	/** Whether a server that does not know it starts without it, and without a word but in its log (`loose_`). */
	readonly loose: boolean;
}

/** Options that add to what was said before: each time counts. */
const adding = new Set(["plugin_load_add"]);

/** Of each option what is said last, or all that is added. */
function settled(all: readonly Assignment[]): Assignment[] {
	const found = new Map<string, Assignment>();
	for (const option of all) {
		const before = adding.has(option.name) ? found.get(option.name) : undefined;
		found.set(option.name, before ? { ...option, value: `${before.value};${option.value}` } : option);
	}
	return [...found.values()];
}

/** Groups that mysqld reads: its own, those of one version of it, and what MariaDB reads besides. */
const serverGroup = /^(mysqld|server|mariadb|mariadbd)(-\d[\d.]*)?$/;

/** The options that a file sets for mysqld. */
export function fileOptions(text: string): Assignment[] {
	const found: Assignment[] = [];
	let group = "";
	for (const raw of text.split("\n")) {
		const line = raw.trim();
		const [, named] = /^\[([^\]]*)\]/.exec(line) ?? [];
		if (named !== undefined) group = named.trim();
		else if (line !== "" && !/^[#;!]/.test(line) && serverGroup.test(group)) {
			const [name = "", ...rest] = line.replace(/\s+#.*$/, "").split("=");
			found.push(assignment(name, rest.length === 0 ? undefined : rest.join("=")));
		}
	}
	return settled(found);
}

/** The same of the words of a command line: `--sync-binlog=1`, `--skip-log-bin`. */
export function wordOptions(words: readonly string[]): Assignment[] {
	const options = words
		.flatMap((word) => word.split(/\s+/))
		.flatMap((word) => {
			const [, name, value] = /^--([a-z][\w-]*)(?:=(.*))?$/i.exec(word) ?? [];
			return name === undefined ? [] : [assignment(name, value)];
		});
	return settled(options);
}

/** An option without a value is on; `skip_` and `disable_` turn one off. */
function assignment(name: string, value: string | undefined): Assignment {
	const plain = name.trim().toLowerCase().replaceAll("-", "_");
	const [, loose, off, rest = ""] = /^(loose_)?(skip_|disable_)?(?:enable_)?(.*)$/.exec(plain) ?? [];
	return { name: present(rest), value: off ? "OFF" : unquoted(value ?? "ON"), loose: loose !== undefined };
}

/** Servers before 8.0.26, and MariaDB, use words that MySQL has replaced since. */
function present(name: string): string {
	return name.replace(/(^|_)master(?=_|$)/g, "$1source").replace(/(^|_)slave(?=_|$)/g, "$1replica");
}

function unquoted(value: string): string {
	return value.trim().replace(/^(["'])(.*)\1$/, "$2");
}
