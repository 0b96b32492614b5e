#!/usr/bin/env node
/**
 * `npx mysql-dr`. Plain JavaScript, because it must also start under a Node that cannot run TypeScript: then it hands
 * over to the Node of this project's own packages, which `npx` has on the PATH only for what npm scripts start.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const runsTypeScript = major > 22 || (major === 22 && minor >= 18);
const ownNode = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));

if (runsTypeScript) {
	await import("../runtime/main.ts");
} else if (existsSync(ownNode) && process.env.MYSQL_DR_HANDED_OVER === undefined) {
	handOver();
} else {
	process.stderr.write(`Node ${process.versions.node} is too old: mysql-dr needs 22.18 or newer; run npm ci first\n`);
	process.exitCode = 1;
}

/** Becomes the newer Node: same arguments, same streams, signals passed on, same way to end. */
function handOver() {
	const child = spawn(ownNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
		stdio: "inherit",
		env: { ...process.env, MYSQL_DR_HANDED_OVER: "1" },
	});
	// A terminal sends Ctrl-C to both; staying alive until the child has cleaned up is all there is to do.
	process.on("SIGINT", () => {});
	process.on("SIGTERM", () => child.kill("SIGTERM"));
	child.on("exit", (code, signal) => {
		if (signal === null) process.exitCode = code ?? 1;
		else process.exitCode = 128 + (signal === "SIGINT" ? 2 : 15);
	});
}
