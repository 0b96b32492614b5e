/** The site's cluster: one that exists, or one that the stack makes. */
import { describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { existingCluster } from "../../components/sites/existing.ts";
import { kubeconfig } from "../../components/sites/kubeconfig.ts";
import { parseConfig } from "../../objectives/index.ts";
import { database, declared } from "./declared.ts";
import { type Recording, record } from "./recorder.ts";

const eks = { reachableFrom: ["203.0.113.0/24"], admins: ["arn:aws:iam::1:role/dba"] };
const gke = { reachableFrom: ["203.0.113.0/24"] };

/** A stack that makes its cluster and its stores, with what a test wants different. */
const configured = (different: Record<string, unknown> = {}) =>
	parseConfig({
		cloud: "aws",
		regions: "europe",
		site: { name: "test", cluster: "made", eks, gke },
		databases: [database()],
		stores: { bucket: "company", aws: {}, gcp: { project: "company-prod" } },
		contacts: [{ role: "Primary DBA", name: "John Doe", email: "john.doe@company.com" }],
		images: { runtime: "mysql-dr/runtime:test" },
		...different,
	});

const provider = (stack: Recording) => stack.resources.find(({ type }) => type === "pulumi:providers:kubernetes");
const named = (kind: string, stack: Recording) => stack.all(kind).map(({ name }) => name);

describe("an EKS cluster", () => {
	test("has a group of nodes in each zone's own subnet, and is protected", async () => {
		const stack = await declared(configured());
		expect(stack.one("Cluster")).toMatchObject({ protect: true, inputs: { name: "test", deletionProtection: true } });
		const groups = stack.all("NodeGroup").map(({ inputs }) => [inputs.nodeGroupNamePrefix, inputs.subnetIds]);
		expect(groups).toEqual(["a", "b", "c"].map((zone) => [`eu-central-1${zone}-`, [`test-eu-central-1${zone}-id`]]));
		expect(stack.all("Subnet").map(({ inputs }) => [inputs.availabilityZone, inputs.cidrBlock])).toEqual([
			["eu-central-1a", "10.80.0.0/19"],
			["eu-central-1b", "10.80.32.0/19"],
			["eu-central-1c", "10.80.64.0/19"],
		]);
	});

	test("has nodes and add-ons of its own version, so that both are raised with it", async () => {
		const stack = await declared(
			configured({ site: { name: "test", cluster: "eks", eks: { ...eks, version: "1.34" } } }),
		);
		const versions = stack.all("NodeGroup").map(({ inputs }) => inputs.version);
		expect(versions).toEqual(["1.34", "1.34", "1.34"]);
		const addons = stack.all("Addon").map(({ inputs }) => inputs.addonVersion);
		expect(new Set(addons)).toEqual(new Set(["v1.0.0-eksbuild.1-for-1.34"]));
	});

	test("lets in roles that are called the same below different paths", async () => {
		const admins = ["arn:aws:iam::1:role/a/dba", "arn:aws:iam::1:role/b/dba", "arn:aws:iam::2:role/a/dba"];
		const stack = await declared(configured({ site: { name: "test", cluster: "eks", eks: { ...eks, admins } } }));
		expect(stack.all("AccessEntry").map(({ inputs }) => inputs.principalArn)).toEqual(admins);
		expect(new Set(named("AccessEntry", stack)).size).toBe(admins.length);
	});

	test("is told to the stores' identities, whose pods it knows", async () => {
		const stack = await declared(configured());
		const clusters = stack.all("PodIdentityAssociation").map(({ inputs }) => inputs.clusterName);
		expect(clusters).toEqual(["test", "test", "test"]);
		expect(named("Addon", stack)).toContain("test-eks-pod-identity-agent");
	});

	test("has nodes and drivers before anything is declared in it", async () => {
		const stack = await declared(configured());
		const { dependsOn = [] } = provider(stack) ?? {};
		for (const awaited of [...named("NodeGroup", stack), ...named("Addon", stack)])
			expect(dependsOn).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`::${awaited}$`))]));
	});

	test("is reached by a kubeconfig that asks AWS for a token", async () => {
		const stack = await declared(configured());
		const { users } = JSON.parse(provider(stack)?.inputs.kubeconfig);
		expect(users).toEqual([{ name: "test", user: { exec: expect.objectContaining({ command: "aws" }) } }]);
		expect(users[0].user.exec.args).toEqual(expect.arrayContaining(["get-token", "--cluster-name", "test"]));
	});

	test("uses subnets that are there, and makes no network then", async () => {
		const subnets = ["subnet-0a", "subnet-0b", "subnet-0c"];
		const stack = await declared(configured({ site: { name: "test", cluster: "eks", eks: { ...eks, subnets } } }));
		expect([...stack.all("Vpc"), ...stack.all("Subnet"), ...stack.all("NatGateway")]).toEqual([]);
		expect(stack.all("NodeGroup").map(({ inputs }) => inputs.subnetIds)).toEqual(subnets.map((subnet) => [subnet]));
	});
});

describe("a GKE cluster", () => {
	const made = (different: Record<string, unknown> = {}) =>
		declared(configured({ cloud: "gcp", site: { name: "test", cluster: "made", gke: { ...gke, ...different } } }));

	test("is regional, with nodes in each of three zones, and is protected", async () => {
		const stack = await made();
		expect(stack.one("Cluster")).toMatchObject({
			protect: true,
			inputs: { name: "test", location: "europe-west3", deletionProtection: true, project: "company-prod" },
		});
		expect(stack.one("NodePool").inputs).toMatchObject({
			nodeLocations: ["europe-west3-a", "europe-west3-b", "europe-west3-c"],
			nodeCount: 1,
		});
	});

	test("comes up as the nodes' own account, and is not made anew when the pool that came first is gone", async () => {
		const stack = await made();
		const { inputs, ignoreChanges, dependsOn } = stack.one("Cluster");
		expect(inputs.nodeConfig.serviceAccount).toBe("test-nodes@example.com");
		expect(stack.one("NodePool").inputs.nodeConfig.serviceAccount).toBe(inputs.nodeConfig.serviceAccount);
		expect(ignoreChanges).toContain("nodeConfig");
		expect(dependsOn.filter((urn) => urn.includes("test-nodes-"))).toHaveLength(2);
	});

	test("is told to the stores' identities, whose pods are known by its own project's pool", async () => {
		const stack = await made({ project: "company-clusters" });
		const members = stack.all("IAMMember").filter(({ inputs }) => inputs.role === "roles/iam.workloadIdentityUser");
		expect(members).toHaveLength(3);
		for (const { inputs } of members)
			expect(inputs.member).toMatch(/^serviceAccount:company-clusters\.svc\.id\.goog\[/);
	});

	test("is reached by a kubeconfig that asks Google for a token", async () => {
		const { users, clusters } = JSON.parse(provider(await made())?.inputs.kubeconfig);
		expect(users[0].user).toEqual({ exec: expect.objectContaining({ command: "gke-gcloud-auth-plugin" }) });
		expect(clusters[0].cluster.server).toMatch(/^https:/);
	});

	test("uses a subnetwork that is there, and makes no network then", async () => {
		const subnetwork = "projects/company-prod/regions/europe-west3/subnetworks/prod";
		const stack = await made({ subnetwork });
		expect([...stack.all("Network"), ...stack.all("Subnetwork"), ...stack.all("RouterNat")]).toEqual([]);
		expect(stack.one("Cluster").inputs.subnetwork).toBe(subnetwork);
	});
});

describe("a cluster that exists", () => {
	const site = (different: Record<string, unknown>) => ({ name: "test", cluster: "existing", ...different });
	const stores = { bucket: "company", aws: { cluster: "prod" } };

	test("is reached by the output of another stack, and none is made", async () => {
		const kubeconfigFrom = { stack: "company/clusters/prod" };
		const stack = await declared(configured({ stores, site: site({ kubeconfigFrom }) }));
		expect(provider(stack)?.inputs.kubeconfig).toBe("kubeconfig-of-company/clusters/prod");
		expect(stack.all("Cluster")).toEqual([]);
	});

	test("is reached in one way, not in two", async () => {
		const reference = { stack: "company/clusters/prod", output: "kubeconfig" };
		await record(() => {
			const parent = new pulumi.ComponentResource("test:index:Parent", "test");
			expect(() => existingCluster("test", reference, { kubeconfig: "/one" }, parent)).toThrow(
				'site.kubeconfigFrom: "company/clusters/prod" is named, and kubernetes:kubeconfig is set as well; keep one of the two: `pulumi config rm kubernetes:kubeconfig`, or leave this out',
			);
		});
	});
});

test("a kubeconfig holds no secret, and leads to one cluster by one user", () => {
	const exec = { command: "aws", args: ["eks", "get-token"], installHint: "Install it" };
	const read = JSON.parse(kubeconfig({ name: "c", server: "https://c", authority: "Q0E=", exec }));
	expect(read).toEqual({
		...{ apiVersion: "v1", kind: "Config", "current-context": "c" },
		clusters: [{ name: "c", cluster: { server: "https://c", "certificate-authority-data": "Q0E=" } }],
		users: [
			{
				name: "c",
				user: {
					exec: {
						...{ apiVersion: "client.authentication.k8s.io/v1beta1", interactiveMode: "IfAvailable" },
						...{ ...exec, provideClusterInfo: false },
					},
				},
			},
		],
		contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
	});
});
