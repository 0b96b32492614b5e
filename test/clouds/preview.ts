/** `pulumi preview` of a configuration by the real engine, with provider doubles in the place of the clouds. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Engine, presentEngine } from "../../local/engine/engine.ts";
import { withStack } from "../../local/engine/stack.ts";
import { silent } from "../../local/step.ts";
import { installDoubles } from "../doubles/install.ts";
import { temporary } from "../runtime/temporary.ts";

export interface Previewed {
	readonly resources: readonly PreviewedResource[];
	/** What the engine said besides: errors and warnings. */
	readonly diagnostics: readonly { readonly severity: string; readonly message: string }[];
}

export interface PreviewedResource {
	readonly urn: string;
	readonly type: string;
	readonly custom: boolean;
	readonly inputs: Readonly<Record<string, unknown>>;
	readonly protect: boolean;
	readonly retainOnDelete: boolean;
}

/** Undefined where no engine was ever built. */
export const engine = (): Promise<Engine | undefined> => presentEngine();

export interface PreviewOptions {
	/** Of the text of Pulumi.prod.yaml. */
	readonly change?: (text: string) => string;
	/** Another program than the stack's: its folder, and its environment. */
	readonly program?: { readonly folder: string; readonly env: Readonly<Record<string, string>> };
}

export async function preview(engine: Engine, { change, program }: PreviewOptions = {}): Promise<Previewed> {
	const folder = temporary("preview");
	const home = join(folder, "doubles");
	await installDoubles(home);
	const place = { stack: "prod", file: "prod", folder: join(folder, "stack") };
	return withStack(place, engine, silent, async ({ pulumi }) => {
		const configured = await readFile(join(place.folder, "Pulumi.prod.yaml"), "utf8");
		const file = join(folder, "Pulumi.prod.yaml");
		await writeFile(file, change?.(configured) ?? configured);
		const args = ["preview", "--json", "--non-interactive", "--config-file", file];
		const options = { env: { PULUMI_HOME: home, ...program?.env }, accept: [0, 1, 255] };
		const { stdout } = await pulumi(args, program ? { ...options, cwd: program.folder } : options);
		return interpret(JSON.parse(stdout));
	});
}

interface Step {
	readonly newState?: {
		readonly urn: string;
		readonly type: string;
		readonly custom: boolean;
		readonly inputs?: Readonly<Record<string, unknown>>;
		readonly protect?: boolean;
		readonly retainOnDelete?: boolean;
	};
}

interface PreviewReport {
	readonly steps?: readonly Step[];
	readonly diagnostics?: readonly { readonly severity: string; readonly message: string }[];
}

function interpret({ steps = [], diagnostics = [] }: PreviewReport): Previewed {
	const resources = steps.flatMap(({ newState }) =>
		newState ? [{ inputs: {}, protect: false, retainOnDelete: false, ...newState }] : [],
	);
	return { resources, diagnostics };
}
