/** The local site: what `npm run up` brought up says of itself, read from a file of the checkout. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../objectives/index.ts";

/** What a local site's `site.json` holds, as far as the stack needs it. */
export interface LocalSite {
	readonly name: string;
	readonly region: string;
	/** Path of a kubeconfig. */
	readonly kubeconfig: string;
	readonly zones: readonly string[];
	readonly storageClass: string;
	/** Of volumes that are made to be thrown away; undefined on a site of before there was one. */
	readonly scratchClass?: string | undefined;
	readonly snapshotClass: string;
	readonly images: { readonly runtime: string };
	readonly stores: readonly {
		readonly name: string;
		readonly region: string;
		readonly endpoint: string;
		readonly bucket: string;
	}[];
}

/**
 * Reads the description of a running local site.
 * @param name the site's name, `site.name` of the configuration or `$MYSQL_DR_SITE`
 * @param root the checkout
 * @throws UserError when the site is not up
 */
export function readLocalSite(name: string, root: string): LocalSite {
	const file = path.join(root, ".state", "sites", name, "site.json");
	try {
		return JSON.parse(readFileSync(file, "utf8")) as LocalSite;
	} catch (error) {
		throw new UserError({
			field: "site.cluster",
			value: "local",
			wrong: `the local site "${name}" is not up (${reason(error)})`,
			remedy:
				"run `npm run up`, or for a cluster of your own `pulumi config set --path mysql-dr:site.cluster existing`",
		});
	}
}

function reason(error: unknown): string {
	if (error instanceof SyntaxError) return "its site.json cannot be read";
	return (error as NodeJS.ErrnoException).code === "ENOENT" ? "it has no site.json" : String(error);
}
