/**
 * A provider double: a process that speaks the engine's protocol, checks every input against the installed SDK's schema,
 * and makes nothing. `node test/doubles/provider.ts aws` prints its port, as any provider does.
 *
 * What is computed by the cloud is unknown at a preview; whatever is deprecated is refused as the unknown is.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { functionAnswer } from "./answers.ts";
import { cachedSchema } from "./cachedSchema.ts";
import { functionProblems, type Problem, problemsOf, unknownValue } from "./check.ts";
import { providerConfigProblems } from "./providerConfig.ts";
import type { ProviderSchema, ResourceSchema } from "./schema.ts";

const project = createRequire(join(import.meta.dirname, "..", "..", "package.json"));
const grpc = createRequire(project.resolve("@pulumi/pulumi"))("@grpc/grpc-js");
const { ResourceProviderService } = project("@pulumi/pulumi/proto/provider_grpc_pb");
const messages = project("@pulumi/pulumi/proto/provider_pb");
const plugin = project("@pulumi/pulumi/proto/plugin_pb");
const { Struct } = project("google-protobuf/google/protobuf/struct_pb");
const { Empty } = project("google-protobuf/google/protobuf/empty_pb");

/** Generated messages: their getters and setters have no types that could be reached from here. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Message = any;
type Reply = (error: Error | null, response?: Message) => void;
type Values = Record<string, unknown>;

const schema = await cachedSchema(process.argv[2] ?? "");

const values = (struct: Message): Values => struct?.toJavaScript() ?? {};
const struct = (from: Values): Message => Struct.fromJavaScript(from);
/** `urn:pulumi:stack::project::parent$type::name`. */
const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";
const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

function checked(inputs: Message, problems: readonly Problem[]): Message {
	const response = new messages.CheckResponse();
	response.setInputs(inputs);
	response.setFailuresList(
		problems.map(({ property, wrong }) => {
			const failure = new messages.CheckFailure();
			failure.setProperty(property);
			failure.setReason(property === "" ? wrong : `${property} ${wrong}`);
			return failure;
		}),
	);
	return response;
}

function check({ request }: Message, reply: Reply): void {
	const token = typeOf(request.getUrn());
	const problems = foreign(token) ? [] : problemsOf(schema, token, values(request.getNews()));
	reply(null, checked(request.getNews(), problems));
}

/** A custom resource of Kubernetes: its group is none of the SDK's, so that only the cluster knows its schema. */
function foreign(token: string): boolean {
	const group = /^kubernetes:([^/]+\.[^/]+)\//.exec(token)?.[1];
	return (
		group !== undefined && !Object.keys(schema.resources).some((known) => known.startsWith(`kubernetes:${group}/`))
	);
}

function checkConfig({ request }: Message, reply: Reply): void {
	reply(null, checked(request.getNews(), providerConfigProblems(schema, values(request.getNews()))));
}

function configure(_call: Message, reply: Reply): void {
	const response = new messages.ConfigureResponse();
	response.setSupportspreview(true);
	reply(null, response);
}

function create({ request }: Message, reply: Reply): void {
	const urn: string = request.getUrn();
	const response = new messages.CreateResponse();
	const { region } = values(request.getProperties());
	const computed = (property: string) => (request.getPreview() ? unknownValue : cloudsOwn(property, urn, region));
	response.setId(request.getPreview() ? "" : `${nameOf(urn)}-id`);
	response.setProperties(struct(madeOf(schema.resources[typeOf(urn)], values(request.getProperties()), computed)));
	reply(null, response);
}

/** Policies are made of parts of an ARN. */
function cloudsOwn(property: string, urn: string, region: unknown = ""): string {
	if (schema.name !== "aws" || property !== "arn") return `${property}-of-${nameOf(urn)}`;
	return `arn:aws:${typeOf(urn).split(/[:/]/)[1]}:${region}:111122223333:${nameOf(urn)}`;
}

/** What was given stays; what must be there and was not given is the cloud's. */
function madeOf(resource: ResourceSchema | undefined, inputs: Values, computed: (property: string) => unknown): Values {
	const outputs = Object.entries(resource?.outputs ?? {});
	const rest = outputs.filter(([name, { optional }]) => !(name in inputs) && !optional);
	return { ...inputs, ...Object.fromEntries(rest.map(([name]) => [name, computed(name)])) };
}

function diff({ request }: Message, reply: Reply): void {
	const response = new messages.DiffResponse();
	const [before, after] = [values(request.getOldInputs()), values(request.getNews())].map((one) => JSON.stringify(one));
	const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
	response.setChanges(before === after ? DIFF_NONE : DIFF_SOME);
	reply(null, response);
}

function update({ request }: Message, reply: Reply): void {
	const response = new messages.UpdateResponse();
	response.setProperties(struct({ ...values(request.getOlds()), ...values(request.getNews()) }));
	reply(null, response);
}

function invoke({ request }: Message, reply: Reply): void {
	const token: string = request.getTok();
	const args = values(request.getArgs());
	const [problem] = functionProblems(schema, token, args);
	const answer = problem ? null : functionAnswer(token, args);
	const wrong = problem
		? `${problem.property} ${problem.wrong}`
		: answer === null
			? "the double has no answer to it"
			: null;
	const response = new messages.InvokeResponse();
	response.setReturn(struct(answer ?? {}));
	reply(wrong === null ? null : new Error(`${token}: ${wrong}`), response);
}

const empty = (_call: Message, reply: Reply): void => reply(null, new Empty());

function handlers(of: ProviderSchema) {
	return {
		handshake: (_call: Message, reply: Reply) => reply(null, new messages.ProviderHandshakeResponse()),
		getPluginInfo: (_call: Message, reply: Reply) => {
			const info = new plugin.PluginInfo();
			info.setVersion(of.version);
			reply(null, info);
		},
		checkConfig,
		diffConfig: (_call: Message, reply: Reply) => reply(null, new messages.DiffResponse()),
		configure,
		check,
		diff,
		create,
		update,
		invoke,
		delete: empty,
		cancel: empty,
	};
}

const server = new grpc.Server();
server.addService(ResourceProviderService, handlers(schema));
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error: Error | null, port: number) => {
	if (error) throw error;
	process.stdout.write(`${port}\n`);
});
