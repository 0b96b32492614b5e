/** Previews by the real engine, with the pack as it is shipped, of a stack that exists for a test alone. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Engine } from "../../local/engine/engine.ts";
import { type PolicyReport, policyReport, streamEvents } from "../../local/engine/policyEvents.ts";
import { homeOf, withSalt } from "../../local/engine/stack.ts";
import { cacheRoot } from "../../local/tools/cache.ts";
import { run } from "../../local/tools/run.ts";
import { clouds } from "../../objectives/index.ts";
import { writeDouble } from "../doubles/install.ts";

const pack = join(import.meta.dirname, "..", "..", "policies");

/** The engine's exit codes where a policy refuses, or anything else fails: what was said tells which. */
const refused = [1, 255];

/** What is previewed. */
export interface Program {
	/** Its folder. */
	readonly folder: string;
	readonly project: string;
	readonly stack: string;
	/** The stack's configuration file. Default: nothing is configured. */
	readonly config?: string;
	readonly env?: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string>>;
type PackConfig = Readonly<Record<string, object | string>>;

export class Previews {
	readonly #engine: Engine;
	readonly #program: Program;
	/** With backend, plugins, configuration. */
	readonly #folder: string;

	private constructor(engine: Engine, program: Program, folder: string) {
		this.#engine = engine;
		this.#program = program;
		this.#folder = folder;
	}

	/** A new stack with nothing in it, in a backend of its own that `close` removes. */
	static async open(engine: Engine, program: Program): Promise<Previews> {
		const folder = await mkdtemp(join(tmpdir(), "mysql-dr-policies-"));
		const previews = new Previews(engine, program, folder);
		for (const name of ["backend", "init"]) await mkdir(join(folder, name));
		for (const cloud of clouds) await writeDouble(previews.#doubles(), cloud);
		await writeFile(join(folder, "init", "Pulumi.yaml"), `name: ${program.project}\nruntime: nodejs\n`);
		// Beside another Pulumi.yaml than the program's, because it writes the salt of the passphrase there.
		await previews.#pulumi(["stack", "init", program.stack], { cwd: join(folder, "init") });
		const salt = await readFile(join(folder, "init", `Pulumi.${program.stack}.yaml`), "utf8");
		await writeFile(previews.#configFile(), salt);
		await previews.configure(program.config ?? "config: {}\n");
		return previews;
	}

	/** Another configuration, from now on. */
	async configure(config: string): Promise<void> {
		const file = this.#configFile();
		await writeFile(file, withSalt(config, await readFile(file, "utf8")));
	}

	#doubles(): string {
		return join(this.#folder, "doubles");
	}

	#configFile(): string {
		return join(this.#folder, "config.yaml");
	}

	async close(): Promise<void> {
		await rm(this.#folder, { recursive: true, force: true });
	}

	async deploy(env: Readonly<Record<string, string>>): Promise<void> {
		await this.#pulumi(["up", "--yes", "--skip-preview", ...this.#stack()], { env });
	}

	/** @param policies the pack's configuration, by rule */
	preview(env: Environment = {}, policies: PackConfig = {}): Promise<PolicyReport> {
		return this.#judged(["preview", ...this.#stack()], env, policies);
	}

	/** An update that the pack judges, without a preview before it. */
	up(env: Environment = {}, policies: PackConfig = {}): Promise<PolicyReport> {
		return this.#judged(["up", "--yes", "--skip-preview", ...this.#stack()], env, policies);
	}

	/** What is deployed, as `npm run policy -- --existing` asks for it. */
	existing(policies: PackConfig = {}): Promise<PolicyReport> {
		return this.#judged(["policy", "analyze", "--stack", this.#program.stack], {}, policies);
	}

	async #judged(command: readonly string[], env: Environment, policies: PackConfig): Promise<PolicyReport> {
		const file = join(this.#folder, "policies.json");
		await writeFile(file, JSON.stringify(policies));
		const judged = ["--json", "--policy-pack", pack, "--policy-pack-config", file];
		const { stdout } = await this.#pulumi([...command, ...judged], {
			env: { ...env, ...streamEvents },
			accept: [0, ...refused],
		});
		return policyReport(stdout);
	}

	#stack(): string[] {
		return ["--stack", this.#program.stack, "--config-file", this.#configFile()];
	}

	async #pulumi(
		args: readonly string[],
		{ env, ...options }: { cwd?: string; accept?: readonly number[]; env?: Readonly<Record<string, string>> } = {},
	) {
		return run(this.#engine.pulumi, [...args, "--non-interactive"], {
			cwd: this.#program.folder,
			...options,
			env: {
				...this.#engine.env,
				PATH: [this.#doubles(), this.#engine.env.PATH ?? process.env.PATH].join(delimiter),
				// The Kubernetes SDK is large: Node.js keeps it compiled between previews.
				NODE_COMPILE_CACHE: join(cacheRoot(), "node-compile"),
				...(await homeOf(this.#engine, join(this.#folder, "home"))),
				PULUMI_BACKEND_URL: `file://${join(this.#folder, "backend")}`,
				PULUMI_CONFIG_PASSPHRASE: "test",
				// No cluster, whatever this machine has.
				KUBECONFIG: join(this.#folder, "no-kubeconfig"),
				MYSQL_DR_TEST_RENDERED: join(this.#folder, "rendered"),
				...this.#program.env,
				...env,
			},
		});
	}
}
