import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { interpret } from "../../../local/engine/configFile.ts";

const dev = await readFile(join(import.meta.dirname, "../../../Pulumi.dev.yaml"), "utf8");

describe("the dev stack's configuration", () => {
	test("lives on the local site", () => {
		expect(interpret(dev)).toMatchObject({ local: true, access: [] });
	});

	test("lives on a cluster of one's own once a context is set", () => {
		const read = interpret(dev.replace("config:\n", "config:\n  kubernetes:context: kind-dr\n"));
		expect(read).toMatchObject({ local: false, access: ["--context", "kind-dr"] });
	});

	test("is passed to the operator's commands by path if it is one", () => {
		const read = interpret(dev.replace("config:\n", "config:\n  kubernetes:kubeconfig: ./kube.yaml\n"));
		expect(read).toMatchObject({ local: false, access: ["--kubeconfig", "./kube.yaml"] });
	});
});

describe("refused before anything is built:", () => {
	test.each([
		["an unknown tier", dev.replace("tier: critical", "tier: golden"), /tier/],
		["two zones for a critical database", dev.replace(", zone-c]", "]"), /zone/],
	])("%s", (_, text, message) => {
		expect(text).not.toBe(dev);
		expect(() => interpret(text)).toThrow(message);
	});
});
