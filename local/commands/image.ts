/** The parts of the runtime image: its bundle for builders of one's own, and the image as the site gets it. */
import { join } from "node:path";
import type { Command } from "commander";
import { checkout } from "../engine/stack.ts";
import { bundle, bundleFile } from "../images/bundle.ts";
import { ensureRuntimeImage } from "../images/images.ts";
import type { StepProgress } from "../step.ts";
import { ensureTools } from "../tools/tools.ts";

export function imageCommands(program: Command, progress: StepProgress): void {
	program
		.command("bundle")
		.description("the runtime as one file in dist/, which the Containerfile copies")
		.action(() => progress.step(`bundle ${bundleFile}`, () => bundle(join(checkout, bundleFile))));
	program
		.command("image")
		.description("build the runtime image; prints its archives in the order in which they are to be imported")
		.action(async () => {
			const archives = await ensureRuntimeImage(progress);
			process.stdout.write(archives.map(({ reference, archive }) => `${reference}\t${archive}\n`).join(""));
		});
	program
		.command("tools")
		.description("build all that a site is made of, without starting one")
		.option("--json", "one JSON document on standard output")
		.action(async ({ json }: { json?: boolean }) => {
			const tools = await ensureTools(progress);
			if (json) process.stdout.write(`${JSON.stringify(tools, undefined, 2)}\n`);
			else process.stderr.write(`${progress.summary()}\n`);
		});
}
