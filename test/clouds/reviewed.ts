/** Files that people review: `MYSQL_DR_UPDATE_PREVIEWS=1` writes them anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** @returns what was reviewed; the text itself where that is renewed */
export function reviewed(name: string, text: string): string {
	const file = join(import.meta.dirname, "previews", `${name}.yaml`);
	if (process.env.MYSQL_DR_UPDATE_PREVIEWS === "1") writeFileSync(file, text);
	return readFileSync(file, "utf8");
}
