import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { loadConfiguration } from "../../../runtime/kubernetes/configuration.ts";
import { temporary } from "../temporary.ts";
import { kubeconfigFile } from "./fakeApi.ts";

const folder = () => temporary("checkout");
const serverOf = (...given: Parameters<typeof loadConfiguration>) =>
	loadConfiguration(...given).getCurrentCluster()?.server;

function checkout(site: string, server: string): string {
	const root = folder();
	const state = join(root, ".state", "sites", site);
	mkdirSync(state, { recursive: true });
	writeFileSync(join(state, "site.json"), JSON.stringify({ name: site, kubeconfig: kubeconfigFile(server) }));
	const below = join(root, "docs", "deep");
	mkdirSync(below, { recursive: true });
	return below;
}

function home(server: string): string {
	const root = folder();
	mkdirSync(join(root, ".kube"));
	writeFileSync(join(root, ".kube", "config"), JSON.stringify(configuration(server)));
	return root;
}

const configuration = (server: string) => ({
	clusters: [{ name: "c", cluster: { server } }],
	users: [{ name: "u", user: {} }],
	contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
	"current-context": "x",
});

describe("the kubeconfig is", () => {
	const option = kubeconfigFile("http://option");
	const variable = kubeconfigFile("http://variable");
	const site = checkout("dev", "http://site");

	test("the option's before all others", () => {
		expect(serverOf({ kubeconfig: option }, { KUBECONFIG: variable }, site)).toBe("http://option");
	});
	test("then $KUBECONFIG's", () => {
		expect(serverOf({}, { KUBECONFIG: variable }, site)).toBe("http://variable");
	});
	test("then the local site's of the checkout around, found from any folder of it", () => {
		expect(serverOf({}, { HOME: home("http://home") }, site)).toBe("http://site");
	});
	test("that of the site that MYSQL_DR_SITE names", () => {
		expect(serverOf({}, { MYSQL_DR_SITE: "west" }, checkout("west", "http://west"))).toBe("http://west");
	});
	test("then the user's own", () => {
		expect(serverOf({}, { HOME: home("http://home") }, folder())).toBe("http://home");
	});
});

describe("refused with a remedy:", () => {
	const nowhere = folder();
	test.each([
		[
			"no cluster anywhere",
			{},
			{ HOME: nowhere },
			"--kubeconfig: no cluster is known here; start the local site with npm run up, set KUBECONFIG, or name a kubeconfig",
		],
		[
			"a missing file",
			{ kubeconfig: "missing" },
			{},
			"--kubeconfig: there is no file missing; name a kubeconfig that exists",
		],
		[
			"a missing $KUBECONFIG",
			{},
			{ KUBECONFIG: "missing" },
			"$KUBECONFIG: there is no file missing; name a kubeconfig that exists",
		],
		[
			"an unknown context",
			{ kubeconfig: kubeconfigFile("http://a"), context: "prod" },
			{},
			'--context: there is no context "prod"; choose one of fake, other',
		],
		[
			"a site that does not run",
			{},
			{ MYSQL_DR_SITE: "west" },
			'MYSQL_DR_SITE: no local site "west" runs from this checkout; start it with npm run up, or unset MYSQL_DR_SITE',
		],
	])("%s", (_title, options, env, message) => {
		expect(() => loadConfiguration(options, env, nowhere)).toThrow(message);
	});

	test("a file that is no kubeconfig", () => {
		const file = join(folder(), "config");
		writeFileSync(file, "hello");
		expect(() => loadConfiguration({ kubeconfig: file }, {}, nowhere)).toThrow(
			/^--kubeconfig: .* (is not a kubeconfig|names no cluster)/,
		);
	});
});
