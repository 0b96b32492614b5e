/**
 * Pulumi's language host for Node.js: lets the engine run programs, policy packs and plugins with the SDK that the project itself
 * depends on. The official one is a Go program that no registry serves; this one speaks the same protocol, by the stubs that come
 * with @pulumi/pulumi. Not covered: code generation (`import`, `convert`, `package add`) and the debugger.
 *
 * Runs from the cache, beside the `pulumi` binary, in the project's folder; so it imports nothing of this project by path.
 */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const project = createRequire(join(process.cwd(), "package.json"));
const grpc = createRequire(project.resolve("@pulumi/pulumi"))("@grpc/grpc-js");
const { LanguageRuntimeService } = project("@pulumi/pulumi/proto/language_grpc_pb");
const language = project("@pulumi/pulumi/proto/language_pb");
const plugin = project("@pulumi/pulumi/proto/plugin_pb");
const { version } = project("@pulumi/pulumi/package.json");

/** What the SDK exits with when it has already told the user what is wrong. */
const exitAfterUserMessage = 32;
const children = new Set<ChildProcess>();
const engine = process.argv.slice(2).find((argument) => !argument.startsWith("-"));

/** Generated messages: their getters and setters have no types that could be reached from here. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Message = any;
type Reply = (error: Error | null, response?: Message) => void;

function start(info: Message, module: string, args: readonly string[], options: SpawnOptions): ChildProcess {
	const settings = info.getOptions()?.toJavaScript() ?? {};
	const entry = createRequire(join(info.getProgramDirectory(), "package.json")).resolve(module);
	const nodeArgs = settings.nodeargs?.split(/\s+/).filter(Boolean) ?? [];
	const env: NodeJS.ProcessEnv = { ...process.env, ...options.env };
	if (settings.typescript !== false) env.PULUMI_NODEJS_TYPESCRIPT = "true";
	if (settings.tsconfig) env.PULUMI_NODEJS_TSCONFIG_PATH = settings.tsconfig;
	const child = spawn("node", [...nodeArgs, entry, ...args], { ...options, env });
	children.add(child);
	child.on("close", () => children.delete(child));
	return child;
}

function run(call: Message, reply: Reply): void {
	const { request } = call;
	const info = request.getInfo();
	const child = start(info, "@pulumi/pulumi/cmd/run", programArguments(request), {
		cwd: request.getPwd(),
		stdio: ["ignore", 1, 2],
		env: {
			PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
			PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
		},
	});
	call.on("cancelled", () => child.kill());
	child.on("error", (error) => reply(error));
	child.on("exit", (code, signal) => {
		const response = new language.RunResponse();
		if (code === exitAfterUserMessage) response.setBail(true);
		else if (code !== 0) response.setError(`the program ended with ${signal ?? `exit status ${code}`}`);
		reply(null, response);
	});
}

function programArguments(request: Message): string[] {
	const info = request.getInfo();
	return [
		...["--monitor", request.getMonitorAddress(), "--engine", engine],
		...["--organization", request.getOrganization(), "--project", request.getProject()],
		...["--root-directory", info.getRootDirectory(), "--stack", request.getStack()],
		...["--pwd", request.getPwd(), "--parallel", String(request.getParallel())],
		...(request.getDryrun() ? ["--dry-run"] : []),
		info.getEntryPoint(),
		...request.getArgsList(),
	];
}

function runPlugin(call: Message): void {
	const { request } = call;
	const program = request.getInfo().getProgramDirectory();
	const [module, args] =
		request.getKind() === "analyzer"
			? ["@pulumi/pulumi/cmd/run-policy-pack", [...request.getArgsList(), program]]
			: ["@pulumi/pulumi/cmd/run-plugin", [program, ...request.getArgsList()]];
	const child = start(request.getInfo(), module, args, {
		cwd: program,
		stdio: ["ignore", "pipe", "pipe"],
		env: Object.fromEntries(request.getEnvList().map((line: string) => line.split(/=(.*)/s, 2))),
	});
	stream(call, child, language.RunPluginResponse);
	child.on("close", (code) => {
		const response = new language.RunPluginResponse();
		response.setExitcode(code ?? 1);
		call.write(response);
		call.end();
	});
	call.on("cancelled", () => child.kill());
}

function installDependencies(call: Message): void {
	const child = spawn("npm", ["install", "--loglevel=error"], { cwd: call.request.getDirectory() });
	stream(call, child, language.InstallDependenciesResponse);
	child.on("close", (code) => (code === 0 ? call.end() : call.destroy(new Error(`npm install: ${code}`))));
}

function stream(call: Message, child: ChildProcess, Response: new () => Message): void {
	const send = (set: "setStdout" | "setStderr") => (data: Buffer) => {
		const response = new Response();
		response[set](data);
		call.write(response);
	};
	child.stdout?.on("data", send("setStdout"));
	child.stderr?.on("data", send("setStderr"));
	child.on("error", (error) => call.destroy(error));
}

/** The packages installed in node_modules, not those that they bring along themselves. */
function packages(program: string): Message[] {
	const root = join(program, "node_modules");
	if (!existsSync(root)) return [];
	const names = readdirSync(root).flatMap((name) =>
		name.startsWith("@") ? readdirSync(join(root, name)).map((scoped) => join(name, scoped)) : [name],
	);
	return names
		.map((name) => join(root, name, "package.json"))
		.filter((file) => existsSync(file))
		.map((file) => JSON.parse(readFileSync(file, "utf8")));
}

function getRequiredPackages({ request }: Message, reply: Reply): void {
	const response = new language.GetRequiredPackagesResponse();
	for (const { name, version: own, pulumi } of packages(request.getInfo().getProgramDirectory())) {
		if (!pulumi?.resource) continue;
		const dependency = new plugin.PackageDependency();
		dependency.setName(pulumi.name ?? name.replace(/^@pulumi\//, ""));
		dependency.setKind("resource");
		dependency.setVersion(`v${(pulumi.version ?? own).replace(/^v/, "")}`);
		dependency.setServer(pulumi.server ?? "");
		response.addPackages(dependency);
	}
	reply(null, response);
}

function getProgramDependencies({ request }: Message, reply: Reply): void {
	const program = request.getInfo().getProgramDirectory();
	const { dependencies, devDependencies } = JSON.parse(readFileSync(join(program, "package.json"), "utf8"));
	const direct = { ...dependencies, ...devDependencies };
	const response = new language.GetProgramDependenciesResponse();
	for (const { name, version: own } of packages(program)) {
		if (!request.getTransitivedependencies() && !(name in direct)) continue;
		const dependency = new language.DependencyInfo();
		dependency.setName(name);
		dependency.setVersion(own);
		response.addDependencies(dependency);
	}
	reply(null, response);
}

function getPluginInfo(_call: Message, reply: Reply): void {
	const info = new plugin.PluginInfo();
	info.setVersion(version);
	reply(null, info);
}

function about(_call: Message, reply: Reply): void {
	const response = new language.AboutResponse();
	response.setExecutable(process.execPath);
	response.setVersion(process.version);
	reply(null, response);
}

const server = new grpc.Server();
server.addService(LanguageRuntimeService, {
	handshake: (_call: Message, reply: Reply) => reply(null, new language.LanguageHandshakeResponse()),
	runtimeOptionsPrompts: (_call: Message, reply: Reply) => reply(null, new language.RuntimeOptionsResponse()),
	getPluginInfo,
	about,
	getRequiredPackages,
	getProgramDependencies,
	installDependencies,
	run,
	runPlugin,
});

// The engine holds the other end of our standard input: its end is the engine's end.
process.stdin.resume().on("end", () => {
	for (const child of children) child.kill();
	process.exit();
});

server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error: Error | null, port: number) => {
	if (error) throw error;
	process.stdout.write(`${port}\n`);
});
