/** A server that answers as S3 does, also to what versitygw does not know: the program that `npm test` installs. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { S3Client } from "@aws-sdk/client-s3";
import { until } from "../../local/site/waiting.ts";
import { entryFolder } from "../../local/tools/cache.ts";
import { findOnPath } from "../../local/tools/onPath.ts";
import { interpreter, pythonEntry } from "../../local/tools/python.ts";
import { motoServer } from "../../local/tools/recipes.ts";
import { freePort } from "../runtime/store/versitygw.ts";
import { temporary } from "../runtime/temporary.ts";

/** Its Python; undefined where it was never installed. */
export async function moto(): Promise<string | undefined> {
	if (findOnPath("python3") === undefined) return undefined;
	const python = interpreter(await entryFolder(await pythonEntry(motoServer)));
	return existsSync(python) ? python : undefined;
}

export class MotoServer {
	readonly #process: ChildProcess;
	readonly #endpoint: string;

	private constructor(process: ChildProcess, endpoint: string) {
		this.#process = process;
		this.#endpoint = endpoint;
	}

	/** All is in its memory. */
	static async up(python: string): Promise<MotoServer> {
		const port = await freePort();
		const child = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
			stdio: "ignore",
			env: { HOME: temporary("moto"), PYTHONDONTWRITEBYTECODE: "1" },
		});
		const endpoint = `http://127.0.0.1:${port}`;
		await until("moto answers", 60, async () => (await fetch(`${endpoint}/moto-api/`)).ok);
		return new MotoServer(child, endpoint);
	}

	/** A bucket is made by who asks in its own region. */
	clientIn(region: string): S3Client {
		const credentials = { accessKeyId: "somebody", secretAccessKey: "something" };
		return new S3Client({ endpoint: this.#endpoint, region, credentials, forcePathStyle: true });
	}

	async stop(): Promise<void> {
		if (this.#process.exitCode !== null) return;
		await new Promise((resolve) => this.#process.once("exit", resolve).kill("SIGKILL"));
	}
}
