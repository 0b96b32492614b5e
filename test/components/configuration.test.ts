import { describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { inOneLine, rawConfig } from "../../components/configuration.ts";
import { UserError } from "../../objectives/index.ts";

describe("the raw configuration", () => {
	test("is every setting of the project, objects parsed, texts as they are", () => {
		const all = {
			"mysql-dr:site": '{"name":"dev","zones":["a"]}',
			"mysql-dr:timezone": "Europe/Berlin",
			"mysql-dr:stores": "[]",
			"mysql-dr:datbases": "3",
			"kubernetes:context": "kind",
		};
		expect(rawConfig(all, "mysql-dr")).toEqual({
			site: { name: "dev", zones: ["a"] },
			timezone: "Europe/Berlin",
			stores: [],
			datbases: "3",
		});
	});
});

describe("a fault", () => {
	test("of the user's is one line to Pulumi", () => {
		const fault = new UserError({ field: "site.zones", value: [], wrong: "are too few", remedy: "name three" });
		const thrown = () =>
			inOneLine(() => {
				throw fault;
			});
		expect(thrown).toThrow(pulumi.RunError);
		expect(thrown).toThrow("site.zones: are too few; name three");
	});

	test("of ours keeps its trace", () => {
		const fault = new TypeError("x is not a function");
		expect(() =>
			inOneLine(() => {
				throw fault;
			}),
		).toThrow(fault);
	});
});
