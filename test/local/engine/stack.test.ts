import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { stackPlace, withConfigFile, withSalt } from "../../../local/engine/stack.ts";

describe("where the stack lives", () => {
	test("is a folder of this checkout", () => {
		expect(stackPlace("dev", "dev", {}).folder).toMatch(/\/\.state\/pulumi$/);
	});

	test("is the user's own backend where one is chosen", () => {
		expect(stackPlace("dev", "dev", { PULUMI_BACKEND_URL: "s3://x" }).folder).toBeUndefined();
	});

	test("is never somebody's backend for a test's stack, which uses the dev configuration", () => {
		const place = stackPlace("test", "test", { PULUMI_BACKEND_URL: "s3://x" });
		expect(place).toMatchObject({ file: "dev", folder: expect.stringMatching(/pulumi-test$/) });
	});
});

describe("the configuration that the engine gets", () => {
	const config = "config:\n  a:b: c\n";

	test("has the passphrase's salt, so that the engine need not write one", () => {
		expect(parse(withSalt(config, "encryptionsalt: v1:x:y\n"))).toEqual({
			config: { "a:b": "c" },
			encryptionsalt: "v1:x:y",
		});
	});

	test("keeps a salt of its own", () => {
		const own = `encryptionsalt: v1:own\n${config}`;
		expect(withSalt(own, "encryptionsalt: v1:other\n")).toBe(own);
	});
});

describe("a command line", () => {
	const place = stackPlace("dev", "dev", {});

	test.each(["preview", "up", "refresh", "destroy"])(
		"of %s gets the configuration file, before the user's arguments",
		(command) => {
			const [first, flag, file, ...rest] = withConfigFile([command, "--diff"], place);
			expect([first, flag, rest]).toEqual([command, "--config-file", ["--diff"]]);
			expect(file).toMatch(/\.state\/pulumi\/Pulumi\.dev\.yaml$/);
		},
	);

	test.each([
		["a command that changes the checkout's configuration", ["config", "set", "a", "b"]],
		["one that knows no such option", ["stack", "output", "runbook"]],
		["one that names a file", ["up", "--config-file", "x.yaml"]],
	])("of %s stays as it is", (_, args) => {
		expect(withConfigFile(args, place)).toEqual(args);
	});

	test("stays as it is with a backend of the user's own", () => {
		expect(withConfigFile(["up"], { ...place, folder: undefined })).toEqual(["up"]);
	});
});
