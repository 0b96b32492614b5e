import { describe, expect, test } from "@jest/globals";
import type { V1Node, V1Service } from "@kubernetes/client-node";
import { endpointOf } from "../../../runtime/commands/endpoints.ts";

const metadata = { name: "mysql-primary", namespace: "db" };
const ports = [{ port: 3306, nodePort: 30306 }];
const service = (type: string, ingress: object[] = []): V1Service => ({
	metadata,
	spec: { type, ports },
	status: { loadBalancer: { ingress } },
});
const node = (address: string, ready: string): V1Node => ({
	status: { addresses: [{ type: "InternalIP", address }], conditions: [{ type: "Ready", status: ready }] },
});
const of = (given: V1Service, nodes: V1Node[] = []) => endpointOf(given, nodes, "cluster.local");

describe("the primary is reached", () => {
	test("at the first node that is ready, by NodePort", () => {
		expect(of(service("NodePort"), [node("10.0.0.1", "Unknown"), node("10.0.0.2", "True")])).toEqual({
			host: "10.0.0.2",
			port: 30306,
		});
	});
	test("at the balancer's name or address", () => {
		expect(of(service("LoadBalancer", [{ hostname: "db.example.com" }]))).toEqual({
			host: "db.example.com",
			port: 3306,
		});
		expect(of(service("LoadBalancer", [{ ip: "192.0.2.1" }]))).toEqual({ host: "192.0.2.1", port: 3306 });
	});
	test("by its name in the cluster where it is not exposed", () => {
		expect(of(service("ClusterIP"))).toEqual({ host: "mysql-primary.db.svc.cluster.local", port: 3306 });
	});
});

test.each([
	["no node is ready", service("NodePort"), "Service mysql-primary: no node is ready"],
	[
		"the balancer has no address yet",
		service("LoadBalancer"),
		"Service mysql-primary: the load balancer has no address yet",
	],
])("it is said when %s", (_title, given, message) => {
	expect(() => of(given)).toThrow(message);
});
