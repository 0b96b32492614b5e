import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Site, type SiteArgs } from "../../components/site.ts";
import { readLocalSite } from "../../components/sites/local.ts";
import "./declared.ts";
import { record } from "./recorder.ts";

const site: SiteArgs = { name: "dev", region: "local-1", zones: ["zone-a", "zone-b", "zone-c"], cluster: "existing" };

describe("the site's provider", () => {
	const provider = async (args: SiteArgs, kubernetes = {}) => {
		const recording = await record(() => void new Site(args.name, args, kubernetes));
		return recording.resources.find(({ type }) => type === "pulumi:providers:kubernetes");
	};

	test("knows the cluster by the site's name, so that a moved kubeconfig replaces nothing", async () => {
		const one = await provider(site, { kubeconfig: "/one" });
		expect(one?.inputs).toMatchObject({ clusterIdentifier: "dev", kubeconfig: "/one" });
	});

	test("changes ConfigMaps in place, and takes over what a former stack kept", async () => {
		expect((await provider(site, { context: "kind" }))?.inputs).toMatchObject({
			context: "kind",
			enableConfigMapMutable: "true",
		});
	});

	test("of a local site is the context that is configured, if one is", async () => {
		const one = await provider({ ...site, cluster: "local", name: "nowhere" }, { context: "kind" });
		expect(one?.inputs).toMatchObject({ context: "kind" });
	});
});

describe("a local site", () => {
	let root: string;
	beforeEach(() => {
		root = mkdtempSync(path.join(tmpdir(), "site-"));
	});
	afterEach(() => rmSync(root, { recursive: true }));

	const write = (text: string) => {
		const folder = path.join(root, ".state", "sites", "dev");
		mkdirSync(folder, { recursive: true });
		writeFileSync(path.join(folder, "site.json"), text);
	};

	test("is read from what `up` wrote", () => {
		write(JSON.stringify({ name: "dev", kubeconfig: "/k" }));
		expect(readLocalSite("dev", root)).toEqual({ name: "dev", kubeconfig: "/k" });
	});

	test("that is not up is said to be so, with the command that brings it up", () => {
		expect(() => readLocalSite("dev", root)).toThrow(
			'site.cluster: the local site "dev" is not up (it has no site.json); run `npm run up`, or for a cluster of your own `pulumi config set --path mysql-dr:site.cluster existing`',
		);
	});

	test("whose description is cut off is not up", () => {
		write('{"name": "de');
		expect(() => readLocalSite("dev", root)).toThrow("its site.json cannot be read");
	});
});
