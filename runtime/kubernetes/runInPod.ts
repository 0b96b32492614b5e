/** A command in a container of a pod, as `kubectl exec` runs it. */
import { Readable, Writable } from "node:stream";
import { Exec, type KubeConfig, type V1Status } from "@kubernetes/client-node";
import { UnreachableError } from "./api.ts";

export interface PodCommand {
	readonly config: KubeConfig;
	readonly namespace: string;
	readonly pod: string;
	readonly container: string;
	/** Never with a secret in it. */
	readonly command: readonly string[];
	readonly deadlineMs: number;
	/**
	 * What its standard input gives; a secret may be in it. The input is not ended, since an older server would end the
	 * command with it: the command must know how much to read.
	 */
	readonly input?: string;
}

/** How a command ended. */
export interface Ran {
	/** Null when the connection ended before that was said: the container may have ended with the command. */
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/**
 * Runs it to its end.
 * @throws UnreachableError when the end was not heard of in time: whether the command did its work is then unknown
 */
export async function runInPod(given: PodCommand): Promise<Ran> {
	const { pod, container, deadlineMs } = given;
	const out = collector();
	const err = collector();
	const input = given.input === undefined ? null : endless(given.input);
	const exec = new Exec(given.config);
	let socket: { close(): void } | undefined;
	let timer: NodeJS.Timeout | undefined;
	const what = `running ${given.command[0]} in ${pod}/${container}`;
	try {
		const status = await new Promise<V1Status | null>((resolve, reject) => {
			timer = setTimeout(
				() => reject(new UnreachableError(`${what}: no end within ${deadlineMs / 1000} s`)),
				deadlineMs,
			);
			exec
				.exec(given.namespace, pod, container, [...given.command], out.stream, err.stream, input, false, resolve)
				.then((opened) => {
					socket = opened;
					opened.on("close", () => resolve(null));
				})
				.catch((error) => reject(new UnreachableError(`${what}: ${messageOf(error)}`, { cause: error })));
		});
		return { exitCode: status && exitCode(status), stdout: out.text(), stderr: err.text() || refusal(status) };
	} finally {
		clearTimeout(timer);
		socket?.close();
	}
}

function collector() {
	const chunks: Buffer[] = [];
	const stream = new Writable({
		write(chunk: Buffer, _encoding, done) {
			chunks.push(chunk);
			done();
		},
	});
	return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}

function endless(text: string): Readable {
	const stream = new Readable({ read() {} });
	stream.push(text);
	return stream;
}

function exitCode(status: V1Status): number {
	if (status.status === "Success") return 0;
	const code = status.details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
	return code === undefined ? 1 : Number(code);
}

/** Why a command could not even begin; empty where it began. */
function refusal(status: V1Status | null): string {
	const began = status === null || status.status === "Success" || status.reason === "NonZeroExitCode";
	return began ? "" : (status.message ?? "");
}

/** A web socket's error is an event, whose message says the HTTP status. */
function messageOf(error: unknown): string {
	return (error as { message?: string }).message ?? String(error);
}
