import { describe, expect, test } from "@jest/globals";
import { clientPod } from "../../../runtime/drill/clientPod.ts";
import { sysbenchAround, sysbenchScript, sysbenchTicks } from "../../../runtime/drill/sysbench.ts";

const pod = clientPod({
	name: "mysql-drill",
	namespace: "db",
	cluster: "orders",
	clusterDomain: "cluster.local",
	instances: 3,
	image: "mysql-dr/runtime:1",
	credentialsSecret: "own-credentials",
	tlsSecret: "own-tls",
	lifetimeSeconds: 3600,
});

describe("the client pod", () => {
	test("meets the restricted standard in the pod and in each container", () => {
		expect(pod.spec?.securityContext).toMatchObject({
			runAsNonRoot: true,
			runAsUser: 999,
			seccompProfile: { type: "RuntimeDefault" },
		});
		for (const { securityContext } of pod.spec?.containers ?? []) {
			expect(securityContext).toEqual({
				allowPrivilegeEscalation: false,
				readOnlyRootFilesystem: true,
				capabilities: { drop: ["ALL"] },
			});
		}
		expect(pod.spec?.automountServiceAccountToken).toBe(false);
	});

	test("carries no password, only the Secret's name and the one key that it needs", () => {
		expect(pod.spec?.volumes?.[0]?.secret).toEqual({
			secretName: "own-credentials",
			defaultMode: 0o440,
			items: [{ key: "drill", path: "password" }],
		});
		expect(pod.spec?.volumes?.[1]?.secret?.secretName).toBe("own-tls");
	});

	test("ends by itself and is not begun again", () => {
		expect(pod.spec).toMatchObject({ restartPolicy: "Never", activeDeadlineSeconds: 3600 });
	});

	test("is told the database's names", () => {
		expect(pod.spec?.containers[0]?.env).toEqual([
			{ name: "LEDGER_DOMAIN", value: "db.svc.cluster.local" },
			{ name: "LEDGER_INSTANCES", value: "3" },
		]);
	});
});

describe("sysbench", () => {
	test("gets its password by a file, never by an argument", () => {
		const script = sysbenchScript("mysql-primary.db.svc.cluster.local");
		const calls = script.split("\n").filter((line) => line.includes("sysbench --"));
		expect(calls).toHaveLength(1);
		expect(calls.join()).not.toContain("password");
		expect(script).toContain("mysql-host=mysql-primary.db.svc.cluster.local\n");
		expect(script).toContain("umask 077\n");
	});

	const log = [
		"2026-11-22T12:00:01.000000000Z Threads started!",
		"2026-11-22T12:00:02.100000000Z [ 1s ] thds: 2 tps: 38.00 qps: 760.00 (r/w/o: 532/152/76) lat (ms,95%): 10.46",
		"2026-11-22T12:00:03.100000000Z [ 2s ] thds: 2 tps: 42.00 qps: 840.00 (r/w/o: 532/152/76) lat (ms,95%): 10.46",
		"2026-11-22T12:00:04.000000000Z FATAL: unable to connect to MySQL server",
		"2026-11-22T12:00:09.000000000Z [ 1s ] thds: 2 tps: 30.00 qps: 840.00 (r/w/o: 532/152/76) lat (ms,95%): 10.46",
	];

	test("is heard by its reports, with their times", () => {
		expect(sysbenchTicks(log).map(({ tps }) => tps)).toEqual([38, 42, 30]);
		expect(sysbenchTicks(log)[0]?.at).toBe(Date.parse("2026-11-22T12:00:02.100Z"));
	});

	test("has a rate before and after the outage, or none", () => {
		const outage = { start: Date.parse("2026-11-22T12:00:03.500Z"), end: Date.parse("2026-11-22T12:00:07Z") };
		expect(sysbenchAround(sysbenchTicks(log), outage)).toEqual({ tpsBefore: 40, tpsAfter: 30 });
		expect(sysbenchAround([], outage)).toEqual({ tpsBefore: null, tpsAfter: null });
	});
});
