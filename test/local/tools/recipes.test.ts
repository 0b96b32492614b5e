import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import {
	clusterTools,
	corednsVersion,
	kubernetesProvider,
	kubernetesVersion,
	pulumiCli,
	pulumiVersion,
} from "../../../local/tools/recipes.ts";

const modules = async (folder: string) => readFile(join(folder, "go.mod"), "utf8");

describe("versions stamped into programs are those of their modules", () => {
	test.each([
		["k8s.io/kubernetes", kubernetesVersion, clusterTools[0]],
		["github.com/coredns/coredns", corednsVersion, clusterTools[0]],
		["github.com/pulumi/pulumi/pkg/v3", pulumiVersion, pulumiCli],
	])("%s %s", async (path, version, tool) => {
		expect(await modules(tool?.module ?? "")).toContain(`${path} v${version}`);
	});
});

test("the two modules that the checksum database does not know have upstream's sums", async () => {
	const sums = await readFile(join(kubernetesProvider.module, "go.sum"), "utf8");
	const provider = "github.com/pulumi/pulumi-kubernetes/provider/v4 v4.0.0-20260115033456-f47bc2d6f199";
	const lines = [
		`${provider} h1:j2bphCf7c2YhnBrhwht2f3TNRRgcMImltUlAgzxr9H4=`,
		`${provider}/go.mod h1:61at6ZXhz4COFbTksqENrBzq5VUQ/LV8sdZ7WJt9KT4=`,
		"github.com/pulumi/cloud-ready-checks v1.3.0 h1:sakLHDVOxw6xQQI61NV+sjZNlVbDOe3G6Ie+YQ7le38=",
		"github.com/pulumi/cloud-ready-checks v1.3.0/go.mod h1:Qyyn9c1LftCgYmAHfPzR/f4NLR1j+F85cwDst8bXi18=",
	];
	for (const line of lines) expect(sums.split("\n")).toContain(line);
});

test("every program that a site needs has a recipe", () => {
	const names = clusterTools.flatMap(({ name, links = [] }) => [name, ...links]);
	for (const name of [
		"kubelet",
		"kubectl",
		"kube-proxy",
		"csi-provisioner",
		"coredns",
		"pause",
		"versitygw",
		"mysql-dr-csi",
	]) {
		expect(names).toContain(name);
	}
});
