/** Talks to a provider double as the engine does, without one. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const project = createRequire(join(import.meta.dirname, "..", "..", "package.json"));
const grpc = createRequire(project.resolve("@pulumi/pulumi"))("@grpc/grpc-js");
const { ResourceProviderClient } = project("@pulumi/pulumi/proto/provider_grpc_pb");
const messages = project("@pulumi/pulumi/proto/provider_pb");
const { Struct } = project("google-protobuf/google/protobuf/struct_pb");

export interface Double {
	/** @returns one line for each problem */
	check(type: string, inputs: Record<string, unknown>): Promise<string[]>;
	/** What a preview of a creation shows. */
	preview(type: string, inputs: Record<string, unknown>): Promise<Record<string, unknown>>;
	invoke(token: string, args: Record<string, unknown>): Promise<Record<string, unknown>>;
	stop(): void;
}

/** Starts the double of this provider and waits until it listens. */
export async function startDouble(provider: string): Promise<Double> {
	const program = join(import.meta.dirname, "provider.ts");
	const child: ChildProcess = spawn(process.execPath, ["--no-warnings", program, provider], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const port = await firstLine(child);
	const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
	const urn = (type: string) => `urn:pulumi:test::mysql-dr::${type}::it`;
	// biome-ignore lint/suspicious/noExplicitAny: generated messages have no types that could be reached from here
	const call = (method: string, request: any): Promise<any> =>
		new Promise((resolve, reject) =>
			client[method](request, (error: Error | null, response: unknown) => (error ? reject(error) : resolve(response))),
		);
	return {
		async check(type, inputs) {
			const request = new messages.CheckRequest();
			request.setUrn(urn(type));
			request.setNews(Struct.fromJavaScript(inputs));
			const response = await call("check", request);
			return response.getFailuresList().map((failure: { getReason(): string }) => failure.getReason());
		},
		async preview(type, inputs) {
			const request = new messages.CreateRequest();
			request.setUrn(urn(type));
			request.setProperties(Struct.fromJavaScript(inputs));
			request.setPreview(true);
			return (await call("create", request)).getProperties().toJavaScript();
		},
		async invoke(token, args) {
			const request = new messages.InvokeRequest();
			request.setTok(token);
			request.setArgs(Struct.fromJavaScript(args));
			return (await call("invoke", request)).getReturn().toJavaScript();
		},
		stop() {
			client.close();
			child.kill();
		},
	};
}

async function firstLine(child: ChildProcess): Promise<string> {
	if (!child.stdout) throw new Error("the double has no output");
	for await (const line of createInterface(child.stdout)) return line;
	throw new Error("the double ended before it listened");
}
