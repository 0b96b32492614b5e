/** What is built from Go modules, and what on the PATH would spare the build; what is installed for Python. One row a program. */
import { join } from "node:path";
import type { Presence } from "./onPath.ts";

export interface GoTool {
	/** The binary's file name. */
	readonly name: string;
	/** Folder of its go.mod. */
	readonly module: string;
	/** What `go build` is told to build. */
	readonly package: string;
	/** Folder of sources of our own that go into it besides the modules. */
	readonly sources?: string;
	readonly ldflags?: readonly string[];
	readonly tags?: string;
	/** Further names of the same binary, which looks at how it is called. */
	readonly links?: readonly string[];
	/** What makes the build unnecessary. */
	readonly present?: Presence;
}

export interface PythonTool {
	readonly name: string;
	/** File with every package and its version. */
	readonly requirements: string;
}

const local = join(import.meta.dirname, "..");
const clusterModule = join(local, "go");

/** Kept in step with local/go/go.mod; a test compares them. */
export const kubernetesVersion = "1.36.4";
export const corednsVersion = "1.14.7";
export const pulumiVersion = "3.259.0";
/** Of the pseudo-version in local/engine/provider/go.mod. */
export const providerVersion = "4.25.0";

const kubeCommands = [
	"kube-apiserver",
	"kube-controller-manager",
	"kube-scheduler",
	"kube-proxy",
	"kubelet",
	"kubectl",
];

export const kube: GoTool = {
	name: "kube",
	module: clusterModule,
	package: "./kube",
	sources: join(clusterModule, "kube"),
	// Unstamped, the version is v0.0.0-master: kubectl and clients that look at the server's version then misbehave.
	ldflags: ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap(kubernetesStamp),
	links: kubeCommands,
	present: {
		commands: kubeCommands.slice(0, 5),
		versionArgs: ["--version"],
		minimum: "1.36.0",
		below: "1.37.0",
	},
};

export const clusterTools: readonly GoTool[] = [
	kube,
	sidecar("csi-provisioner", "github.com/kubernetes-csi/external-provisioner/v6/cmd/csi-provisioner", "6.3.0", "7"),
	sidecar("csi-snapshotter", "github.com/kubernetes-csi/external-snapshotter/v8/cmd/csi-snapshotter", "8.6.0", "9"),
	sidecar(
		"snapshot-controller",
		"github.com/kubernetes-csi/external-snapshotter/v8/cmd/snapshot-controller",
		"8.6.0",
		"9",
	),
	{
		name: "coredns",
		module: clusterModule,
		package: "./coredns",
		sources: join(clusterModule, "coredns"),
		present: {
			commands: ["coredns"],
			versionArgs: ["-version"],
			minimum: "1.13.0",
			below: "2",
		},
	},
	{
		name: "pause",
		module: clusterModule,
		package: "./pause",
		sources: join(clusterModule, "pause"),
	},
	{
		name: "mysql-dr-csi",
		module: clusterModule,
		package: "./driver",
		sources: join(clusterModule, "driver"),
	},
	{
		name: "versitygw",
		module: join(local, "go-s3"),
		package: "github.com/versity/versitygw/cmd/versitygw",
		present: {
			commands: ["versitygw"],
			versionArgs: ["--version"],
			minimum: "1.7.0",
			below: "2",
		},
	},
];

/** For tests alone: no site has it. */
export const fakeGcsServer: GoTool = {
	name: "fake-gcs-server",
	module: join(local, "go-gcs"),
	package: "github.com/fsouza/fake-gcs-server",
};

/** For tests alone, as well: it knows S3's calls that versitygw does not. */
export const motoServer: PythonTool = {
	name: "moto",
	requirements: join(local, "python-moto", "requirements.txt"),
};

export const pulumiCli: GoTool = {
	name: "pulumi",
	module: join(local, "engine", "cli"),
	package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
	tags: "osusergo,grpcnotrace",
	ldflags: [`-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`],
};

export const kubernetesProvider: GoTool = {
	name: "pulumi-resource-kubernetes",
	module: join(local, "engine", "provider"),
	package: ".",
	sources: join(local, "engine", "provider"),
	ldflags: [`-X github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version=${providerVersion}`],
};

function sidecar(name: string, path: string, minimum: string, below: string): GoTool {
	return {
		name,
		module: clusterModule,
		package: path,
		present: { commands: [name], versionArgs: ["--version"], minimum, below },
	};
}

function kubernetesStamp(path: string): string[] {
	const [major, minor] = kubernetesVersion.split(".");
	return [
		`-X ${path}.gitVersion=v${kubernetesVersion}`,
		`-X ${path}.gitMajor=${major}`,
		`-X ${path}.gitMinor=${minor}`,
		`-X ${path}.gitTreeState=clean`,
	];
}
