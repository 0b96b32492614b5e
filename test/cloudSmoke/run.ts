/**
 * Stores made in a real account, tried, and thrown away: `npm run cloud:smoke -- aws|gcp`. Ends with 0 when all held, 1 when
 * something did not or is left behind, 2 on bad input, 130 when interrupted.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Storage } from "@google-cloud/storage";
import { confirm } from "../../local/confirm.ts";
import { ensureEngine } from "../../local/engine/engine.ts";
import { checkout } from "../../local/engine/stack.ts";
import { createProgress, type Progress } from "../../local/step.ts";
import { interruption, listenForInterruption } from "../../local/tools/interruption.ts";
import { regionPair } from "../../objectives/cloud.ts";
import { type Cloud, clouds, UserError } from "../../objectives/index.ts";
import { gcsStore } from "../../runtime/store/gcsStore.ts";
import { s3Store } from "../../runtime/store/s3Store.ts";
import type { SmokeOrder } from "./order.ts";
import { cleanUp, type SmokeEdges, smoke } from "./smoke.ts";
import { unlockInGoogle } from "./unlock.ts";

const options = {
	regions: { type: "string", default: "europe" },
	project: { type: "string", default: "" },
	yes: { type: "boolean", default: false },
	clean: { type: "string" },
	help: { type: "boolean", default: false },
} as const;

const usage = `npm run cloud:smoke -- aws|gcp [--regions AREA|REGION,REGION] [--project ID] [--yes] [--clean NAME]
  --regions     an area, or two regions with a comma between them (europe)
  --project ID  where, in Google Cloud
  --yes         do not ask
  --clean NAME  only throw away what an earlier run has left`;

/** What it makes, and for how much: list prices, docs/clouds.md. */
const costs: Readonly<Record<Cloud, string>> = {
	aws: "two buckets, a key in two regions (1.00 USD a month each, by the hour), four alarms: less than 0.10 USD",
	gcp: "two buckets, two keys (0.06 USD a month each): less than 0.10 USD; two empty key rings stay for ever, free of charge",
};

type Values = ReturnType<typeof parse>["values"];

const parse = (argv: readonly string[]) => parseArgs({ args: [...argv], options, allowPositionals: true });
const note = (text: string) => process.stderr.write(`${text}\n`);

async function main(argv: readonly string[]): Promise<number> {
	const { values, positionals } = parse(argv);
	if (values.help) return said(usage);
	const order = orderOf(positionals[0], values);
	listenForInterruption();
	const edges = await edgesOf(order, createProgress());
	if (values.clean !== undefined) return cleanUp(order, edges).then(() => 0);
	note(`${order.name} in ${order.cloud}, ${order.regions.join(" and ")}: ${costs[order.cloud]}`);
	if (!values.yes) await confirm("Make, try and delete them?", unconfirmed());
	const rows = await smoke(order, edges);
	return rows.every(({ held }) => held) ? 0 : 1;
}

function said(text: string): number {
	process.stdout.write(`${text}\n`);
	return 0;
}

/** @throws UserError */
function orderOf(cloud: string | undefined, { regions, project, clean }: Values): SmokeOrder {
	const known = clouds.find((one) => one === cloud);
	if (!known) throw fault("cloud", cloud, `"${cloud ?? ""}" is no cloud`, `write ${clouds.join(" or ")}`);
	if (known === "gcp" && project === "") throw fault("--project", undefined, "is missing", "write the project's ID");
	const name = clean ?? `mysql-dr-smoke-${randomBytes(4).toString("hex")}`;
	const pair = regionPair(known, regions.includes(",") ? regions.split(",") : regions);
	return { cloud: known, name, regions: pair, project };
}

const fault = (field: string, value: unknown, wrong: string, remedy: string) =>
	new UserError({ field, value, wrong, remedy });

const unconfirmed = () => fault("--yes", undefined, "costs money and was not confirmed", "answer yes, or add --yes");

async function edgesOf({ cloud, name }: SmokeOrder, progress: Progress): Promise<SmokeEdges> {
	const engine = await ensureEngine(progress);
	// One that was built here fetches no plugins, and those of the clouds can be had in no other way.
	if (engine.plugins !== undefined) {
		throw fault("pulumi", undefined, "is not on the PATH", "install it: https://www.pulumi.com/docs/install/");
	}
	return {
		...{ engine, progress, folder: join(checkout, ".state", `pulumi-${name}`) },
		open: async (store) => (cloud === "aws" ? s3Store({ store, keys: null }) : gcsStore({ store, keys: null })),
		unlock: cloud === "aws" ? async () => {} : ({ bucket }, key) => unlockInGoogle(new Storage(), bucket, key),
	};
}

try {
	process.exitCode = await main(process.argv.slice(2));
} catch (error) {
	const cause = (error as Error).cause instanceof Error ? `\n${((error as Error).cause as Error).message}` : "";
	note(`${(error as Error).message}${cause}`);
	const bad = error instanceof UserError || String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
	process.exitCode = interruption.aborted ? 130 : bad ? 2 : 1;
}
