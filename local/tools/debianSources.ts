/** Which Debian mirror this machine uses, by its apt sources: the site's root file systems come from there too. */

export interface AptSourceFile {
	readonly name: string;
	readonly text: string;
}

interface AptSource {
	readonly uri: string;
	readonly suites: readonly string[];
	readonly components: readonly string[];
}

/** Suites that only Debian itself has; others (a vendor's "stable") say nothing about a mirror. */
const debianSuite = /^(buster|bullseye|bookworm|trixie|forky|duke|sid|unstable|testing)(-updates)?$/;

/** The first archive that looks like Debian's main one, not its security one. */
export function debianMirror(files: readonly AptSourceFile[]): string | undefined {
	const sources = files.flatMap(({ name, text }) => (name.endsWith(".sources") ? deb822(text) : oneLine(text)));
	const main = sources.find(
		({ suites, components }) => suites.some((suite) => debianSuite.test(suite)) && components.includes("main"),
	);
	return main?.uri;
}

function deb822(text: string): AptSource[] {
	return text.split(/\n\s*\n/).flatMap((paragraph) => {
		const fields = fieldsOf(paragraph);
		const words = (name: string): string[] => (fields.get(name) ?? "").split(/\s+/).filter(Boolean);
		const enabled = fields.get("enabled") !== "no" && words("types").includes("deb");
		const [uri] = words("uris");
		return enabled && uri ? [{ uri, suites: words("suites"), components: words("components") }] : [];
	});
}

function fieldsOf(paragraph: string): Map<string, string> {
	const lines = paragraph.split("\n").filter((line) => !line.startsWith("#"));
	const fields = new Map<string, string>();
	let last = "";
	for (const line of lines) {
		const [, name, value = ""] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
		if (name) last = name.toLowerCase();
		fields.set(last, `${fields.get(last) ?? ""} ${name ? value : line}`.trim());
	}
	return fields;
}

function oneLine(text: string): AptSource[] {
	return text.split("\n").flatMap((line) => {
		const [, uri, suite, components = ""] = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line.trim()) ?? [];
		return uri && suite ? [{ uri, suites: [suite], components: components.split(/\s+/) }] : [];
	});
}
