import { execFileSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse } from "yaml";
import { controlPlane } from "../../../local/site/controlPlane.ts";
import { layoutOf, type Machine } from "../../../local/site/layout.ts";
import { machineNetwork, podRoutes } from "../../../local/site/network.ts";
import { daemonScript, quoted } from "../../../local/site/plan.ts";
import { zone } from "../../../local/site/zone.ts";

const layout = layoutOf("dev", 3, "local-1", ["zone-a", "zone-b", "zone-c"]);
const [zoneA] = layout.zones as [Machine];
const plan = zone(layout, zoneA, { pauseImage: "pause:1", diskSize: 2 ** 30, reservedMemory: 5 });
const command = (name: string) => plan.daemons.find((daemon) => daemon.name === name)?.command ?? [];

describe("a zone's machine", () => {
	test("the kubelet registers with its zone and region", () => {
		expect(command("kubelet")).toContain(
			"--node-labels=topology.kubernetes.io/zone=zone-a,topology.kubernetes.io/region=local-1",
		);
	});

	test("the kubelet stays within the site's and the machine's cgroup", () => {
		expect(parse(plan.files["kubelet.yaml"] ?? "")).toMatchObject({
			cgroupRoot: "/mysql-dr/3/zone-a",
			failCgroupV1: false,
			systemReserved: { memory: "5" },
		});
	});

	test("pods get the zone's own range and keep their addresses", () => {
		const cni = JSON.parse(plan.files["cni/10-mysql-dr.conflist"] ?? "");
		expect(cni.plugins[0]).toMatchObject({
			ipMasq: false,
			ipam: { ranges: [[{ subnet: "10.67.1.0/24" }]] },
		});
	});

	test("the machine's own pods are not routed to itself", () => {
		const lines = machineNetwork(layout, zoneA).split("\n");
		expect(lines).toContain("route replace 10.67.2.0/24 via 10.231.3.12");
		expect(lines.filter((line) => line.includes("10.67.1.0/24"))).toEqual([]);
		expect(podRoutes(layout)).toContain("route replace 10.67.1.0/24 via 10.231.3.11\n");
	});

	test("no daemon reads another zone's key", () => {
		const keys = plan.daemons.flatMap((daemon) => daemon.command).filter((word) => word.includes("zone-"));
		expect(keys.filter((word) => /zone-[bc]/.test(word))).toEqual([]);
	});

	test("the sidecars know their node", () => {
		const sidecars = plan.daemons.filter(({ name }) => name === "csi-provisioner" || name === "csi-snapshotter");
		expect(sidecars.map(({ environment }) => environment)).toEqual([{ NODE_NAME: "zone-a" }, { NODE_NAME: "zone-a" }]);
	});
});

describe("the control plane's machine", () => {
	const daemons = new Map(
		controlPlane(layout, { nodeGrace: 20 }).daemons.map((daemon) => [daemon.name, daemon.command]),
	);

	test("a silent node is given up after the grace period", () => {
		expect(daemons.get("kube-controller-manager")).toContain("--node-monitor-grace-period=20s");
	});

	test("etcd keeps every write on disk before it answers", () => {
		expect(daemons.get("etcd")?.join(" ")).not.toContain("unsafe-no-fsync");
	});

	test("the API server is announced at the machine's address", () => {
		expect(daemons.get("kube-apiserver")).toContain("--advertise-address=10.231.3.10");
	});
});

describe("scripts", () => {
	test("a shell reads every word back as it was", () => {
		fc.assert(
			fc.property(
				fc.array(
					fc.string({ unit: "grapheme" }).filter((word) => !word.includes("\0")),
					{ maxLength: 4 },
				),
				(words) => {
					const script = `printf '%s\\0' ${["", ...words].map(quoted).join(" ")}`;
					const read = execFileSync("sh", ["-c", script]).toString().split("\0").slice(1, -1);
					expect(read).toEqual(words);
				},
			),
			{ numRuns: 30 },
		);
	});

	test("a daemon with a condition waits for it and then replaces the shell", () => {
		const script = daemonScript({
			name: "a",
			command: ["a", "b c"],
			environment: { X: "1" },
			after: ["ctr", "version"],
		});
		expect(script.split("\n")).toEqual([
			"#!/bin/sh",
			"export X=1",
			"until ctr version >/dev/null 2>&1; do sleep 0.1; done",
			"exec a 'b c'",
			"",
		]);
	});
});
