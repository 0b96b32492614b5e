/** Which providers a preview runs with; the real ones were never had here. */
import { describe, expect, test } from "@jest/globals";
import { installedVersion } from "../doubles/cachedSchema.ts";
import { realPlugins } from "./providers.ts";
import { unasked } from "./unasked/unasked.ts";

const plugin = (name: string, version: string, kind = "resource") => ({ name, version, kind, path: `/${name}` });

describe("the real providers", () => {
	test("are those in the versions of the SDKs, and no others", () => {
		const [aws, gcp] = (["aws", "gcp"] as const).map((name) => plugin(name, installedVersion(name)));
		const others = [plugin("aws", "1.0.0"), plugin("gcp", "1.0.0", "analyzer"), plugin("random", "4.0.0")];
		expect(realPlugins([...others, gcp, aws].flatMap((one) => one ?? []))).toEqual([aws, gcp]);
	});

	test("are named where they are not installed, with how they are", () => {
		const version = installedVersion("aws");
		expect(() => realPlugins([plugin("aws", "1.0.0")])).toThrow(
			`MYSQL_DR_REAL_PROVIDERS: the provider aws ${version} is not installed: pulumi plugin install resource aws v${version}`,
		);
	});

	test("are told to ask nobody; nothing else is told anything", () => {
		const told = unasked("pulumi:providers:aws", { region: "eu-west-1", skipCredentialsValidation: "false" });
		expect(told).toMatchObject({ region: "eu-west-1", skipCredentialsValidation: "true" });
		expect(unasked("aws:s3/bucket:Bucket", { bucket: "b" })).toEqual({ bucket: "b" });
	});
});
