import { describe, expect, test } from "@jest/globals";
import { mysqlPodsOf, watchdogOf } from "../../policies/kubernetes/actsOnMysql.ts";
import { mysqlServerOf } from "../../policies/kubernetes/mysqlServer.ts";
import { quantity } from "../../policies/kubernetes/quantity.ts";
import { selects } from "../../policies/kubernetes/selector.ts";
import { asSeen } from "./judge.ts";
import { notKnownYet, object } from "./program.ts";

function workload(container: object, { kind = "StatefulSet", labels = {} } = {}) {
	const pod = { metadata: { labels }, spec: { containers: [{ name: "c", ...container }] } };
	const spec = kind === "CronJob" ? { jobTemplate: { spec: { template: pod } } } : { template: pod };
	const group = kind === "CronJob" ? "batch/v1" : "apps/v1";
	return mysqlServerOf(asSeen(object(group, kind, { metadata: { name: "w" }, spec })));
}

describe("a MySQL server", () => {
	test.each([
		{ image: "mysql" },
		{ image: "mysql:8.0" },
		{ image: "docker.io/library/mysql@sha256:00" },
		{ image: "bitnami/mysql:8.4" },
		{ image: "container-registry.oracle.com/mysql/community-server:8.4" },
		{ image: "mysql/mysql-server:8.0" },
		{ image: "percona/percona-server:8.4" },
		{ image: "registry.redhat.io/rhel9/mysql-84" },
		{ image: "localhost:5000/mariadb:11" },
		{ image: "mysql:8.4", args: ["--sync-binlog=1"] },
		{ image: "mysql:8.4", command: ["docker-entrypoint.sh"], args: ["mysqld", "--gtid-mode=ON"] },
		{ image: "company/base:1", command: ["/usr/sbin/mysqld", "--user=mysql"] },
		{ image: "company/base:1", command: ["sh", "-c", "exec mysqld --user=mysql"] },
		{ image: "mysql:8.4", command: ["sh", "/start.sh"], ports: [{ containerPort: 3306 }] },
	])("is what runs $image $command $args", (container) => {
		expect(workload(container)).toMatchObject({ server: { path: "spec.template.spec.containers[0]" } });
	});

	test.each([
		{ image: "prom/mysqld-exporter:v0.18" },
		{ image: "phpmyadmin:5" },
		{ image: "mysql/mysql-router:8.4" },
		{ image: "databack/mysql-backup:1" },
		{ image: "postgres:18" },
		{ image: "mysql:8.4", command: ["mysqldump", "-h", "db"] },
		{ image: "mysql:8.4", command: ["sh", "-c", "mysqldump -h db | gzip > /backup/db.gz"] },
		{ image: "mysql:8.4", command: ["sleep", "infinity"] },
	])("is not what runs $image $command", (container) => {
		expect(workload(container)).toBeUndefined();
	});

	test("is none that a job starts", () => {
		expect(workload({ image: "mysql:8.4" }, { kind: "CronJob" })).toBeUndefined();
	});

	test("of this project is known by its labels, whatever its image", () => {
		const labels = { "app.kubernetes.io/part-of": "mysql-dr", "app.kubernetes.io/component": "database" };
		expect(workload({ image: notKnownYet, command: ["sh", "/run/start.sh"] }, { labels })).toBeDefined();
	});

	test("may be one whose image is not known yet", () => {
		expect(() => workload({ image: notKnownYet })).toThrow("containers[0].image is not known");
	});
});

describe("what acts on MySQL", () => {
	const seen = (container: object) => {
		const spec = { template: { spec: { containers: [{ name: "c", ...container }] } } };
		return asSeen(object("apps/v1", "Deployment", { metadata: { name: "w" }, spec }));
	};

	test.each([
		{ image: "company/tools:1", command: ["mysqldump", "-h", "db"] },
		{ image: "company/tools:1", command: ["sh", "-c", "exec /usr/bin/mysql --host db -e 'SELECT 1'"] },
		{ image: "prom/mysqld-exporter:v0.18" },
		{ image: "company/orchestrator@sha256:00" },
	])("is $image $command", (container) => {
		expect(mysqlPodsOf(seen(container))).toBeDefined();
	});

	test.each([
		{ image: "mysql-team/shop:1" },
		{ image: "localhost:5000/shop", args: ["--engine=mysql", "--dsn", "mysql://db"] },
		{ image: "company/shop:1", command: ["rake", "db:mysql:migrate"] },
	])("is not $image $command $args", (container) => {
		expect(mysqlPodsOf(seen(container))).toBeUndefined();
	});

	test("is a watchdog where a script asks MySQL and changes Kubernetes", () => {
		const script = (words: string) => seen({ image: "company/tools:1", command: ["bash", "-c", words] });
		expect(watchdogOf(script("mysql -h db -e 'SELECT 1' || kubectl patch service db"))).toBeDefined();
		expect(watchdogOf(script("mysql -h db -e 'SELECT 1'"))).toBeUndefined();
		expect(watchdogOf(script("kubectl get pods"))).toBeUndefined();
	});
});

describe("a selector", () => {
	const labels = { app: "db", tier: "data" };
	test.each([
		[undefined, false],
		[{}, true],
		[{ matchLabels: { app: "db" } }, true],
		[{ matchLabels: { app: "web" } }, false],
		[{ matchExpressions: [{ key: "app", operator: "In", values: ["db", "web"] }] }, true],
		[{ matchExpressions: [{ key: "app", operator: "NotIn", values: ["db"] }] }, false],
		[{ matchExpressions: [{ key: "zone", operator: "NotIn", values: ["a"] }] }, true],
		[{ matchExpressions: [{ key: "tier", operator: "Exists" }] }, true],
		[{ matchExpressions: [{ key: "zone", operator: "Exists" }] }, false],
		[{ matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }, false],
	])("%j selects the pods: %p", (selector, expected) => {
		expect(selects(selector, labels)).toBe(expected);
	});
});

describe("an amount", () => {
	test.each([
		["500m", 0.5],
		["2", 2],
		[2, 2],
		["1.5Gi", 1.5 * 2 ** 30],
		["1e3", 1000],
		["4096Mi", 4 * 2 ** 30],
		["a lot", undefined],
		["1Xi", undefined],
	])("%p is %p", (amount, expected) => {
		expect(quantity(amount)).toBe(expected);
	});
});
