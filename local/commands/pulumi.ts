/** `npm run preview` and any other command of the engine, on the dev stack, with the site that is up. */
import { readStackFile } from "../engine/configFile.ts";
import { ensureEngine } from "../engine/engine.ts";
import { checkout, stackPlace, withStack } from "../engine/stack.ts";
import type { Progress } from "../step.ts";
import { placeOf, type RunTarget } from "./runUp.ts";

/** The engine's own exit code. Its output is the caller's. */
export async function runPulumi(target: RunTarget, args: readonly string[], progress: Progress): Promise<number> {
	const place = placeOf(target, await readStackFile(checkout, stackPlace(target.stack, undefined).file));
	const engine = await ensureEngine(progress);
	const codes = Array.from({ length: 256 }, (_, code) => code);
	return withStack(place, engine, progress, async (stack) => {
		const { code } = await stack.pulumi(args, { output: "inherit", accept: codes });
		return code;
	});
}
