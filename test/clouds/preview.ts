/** What a configuration would make, or makes, by the real engine, with provider doubles in the place of the clouds. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Engine, presentEngine } from "../../local/engine/engine.ts";
import { type Stack, withStack } from "../../local/engine/stack.ts";
import { silent } from "../../local/step.ts";
import { temporary } from "../runtime/temporary.ts";
import { installProviders } from "./providers.ts";

export interface Previewed {
	readonly resources: readonly PreviewedResource[];
	/** What the engine said besides: errors, warnings and notes. */
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
	/** Whose configuration: `Pulumi.<file>.yaml`. Default: prod. */
	readonly file?: "prod" | "dev";
	/** Of its text. */
	readonly change?: (text: string) => string;
	readonly env?: Readonly<Record<string, string>>;
	/** Another program than the stack's: its folder, and its environment. */
	readonly program?: { readonly folder: string; readonly env: Readonly<Record<string, string>> };
}

export function preview(engine: Engine, options: PreviewOptions = {}): Promise<Previewed> {
	return onStack(engine, options, async (pulumi) => {
		const { stdout } = await pulumi(["preview", "--json", "--non-interactive"], [0, 1, 255]);
		return interpret(JSON.parse(stdout));
	});
}

/** What the engine keeps of a stack after `pulumi up`: what depends on things that were made is known there. */
export function deployed(engine: Engine, options: PreviewOptions = {}): Promise<readonly PreviewedResource[]> {
	return onStack(engine, options, async (pulumi, { folder }) => {
		await pulumi(["up", "--yes", "--skip-preview", "--non-interactive", "--suppress-outputs"]);
		const state = await readFile(join(folder, ".pulumi", "stacks", "mysql-dr", "prod.json"), "utf8");
		return (JSON.parse(state) as State).checkpoint.latest.resources.map(complete);
	});
}

type Run = (args: readonly string[], accept?: readonly number[]) => ReturnType<Stack["pulumi"]>;

async function onStack<T>(
	engine: Engine,
	{ file = "prod", change, env = {}, program }: PreviewOptions,
	work: (pulumi: Run, place: { readonly folder: string }) => Promise<T>,
): Promise<T> {
	const own = temporary("preview");
	// Another program makes things, or has mistakes: that is for doubles alone.
	const { home, folder } = await installProviders(join(own, "doubles"), engine, program ? {} : process.env);
	const place = { stack: "prod", file, folder: join(own, "stack") };
	return withStack(place, engine, silent, async ({ pulumi }) => {
		const configured = await readFile(join(place.folder, "Pulumi.prod.yaml"), "utf8");
		const config = join(own, "Pulumi.prod.yaml");
		await writeFile(config, change?.(configured) ?? configured);
		const cwd = program?.folder ?? folder;
		const options = { env: { PULUMI_HOME: home, ...env, ...program?.env }, ...(cwd === undefined ? {} : { cwd }) };
		return work(
			(args, accept) => pulumi([...args, "--config-file", config], { ...options, ...(accept ? { accept } : {}) }),
			place,
		);
	});
}

interface InState {
	readonly urn: string;
	readonly type: string;
	readonly custom: boolean;
	readonly inputs?: Readonly<Record<string, unknown>>;
	readonly protect?: boolean;
	readonly retainOnDelete?: boolean;
}

interface State {
	readonly checkpoint: { readonly latest: { readonly resources: readonly InState[] } };
}

interface PreviewReport {
	readonly steps?: readonly { readonly newState?: InState }[];
	readonly diagnostics?: readonly { readonly severity: string; readonly message: string }[];
}

const complete = (resource: InState): PreviewedResource => ({
	...{ inputs: {}, protect: false, retainOnDelete: false },
	...resource,
});

function interpret({ steps = [], diagnostics = [] }: PreviewReport): Previewed {
	return { resources: steps.flatMap(({ newState }) => (newState ? [complete(newState)] : [])), diagnostics };
}
