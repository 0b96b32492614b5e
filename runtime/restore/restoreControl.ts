/**
 * How a copy that waits is told what to do: a socket in its folder, a JSON document a line. Asked is
 * `{"do": "status" | "open" | "stop"}` or `{"do": "resume", "to": <target>}`; the answer is what a job says: progress, and
 * `{result}` or `{error}` at the end.
 */
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { jobLog } from "../commands/jobLine.ts";
import { FailedError } from "../exit.ts";
import type { Report } from "./progress.ts";

export const controlSchema = z.discriminatedUnion("do", [
	z.object({ do: z.literal("status") }),
	z.object({ do: z.literal("resume"), to: z.string() }),
	z.object({ do: z.literal("open") }),
	/** Ends the copy. */
	z.object({ do: z.literal("stop") }),
]);

export type Control = z.infer<typeof controlSchema>;

/** @returns what is the result */
export type Act = (control: Control, report: Report) => Promise<unknown>;

const socketIn = (folder: string) => join(folder, "control.sock");

/** One thing at a time: who asks meanwhile waits. */
export async function listenForControl(folder: string, act: Act): Promise<Server> {
	const path = socketIn(folder);
	await rm(path, { force: true });
	let last: Promise<unknown> = Promise.resolve();
	const server = createServer((socket) => {
		// Whoever asked may have gone: what was begun is done all the same.
		socket.on("error", () => {});
		last = last.then(() => answer(socket, act));
	});
	server.listen(path);
	await once(server, "listening");
	return server;
}

async function answer(socket: Socket, act: Act): Promise<void> {
	const log = jobLog((line) => socket.writable && socket.write(line));
	try {
		const [line = ""] = (await once(createInterface(socket), "line")) as string[];
		log.result(await act(controlSchema.parse(JSON.parse(line)), log.progress));
	} catch (error) {
		log.error(error);
	}
	socket.end();
}

/**
 * @param onLine what the copy says, as it comes; the last line is its result or its error
 * @throws FailedError where no copy waits in this folder
 */
export async function askCopy(folder: string, control: Control, onLine: (line: string) => void): Promise<void> {
	const socket = connect(socketIn(folder));
	try {
		await once(socket, "connect");
	} catch (error) {
		throw new FailedError(`no restored copy waits in ${folder} (${(error as NodeJS.ErrnoException).code})`);
	}
	socket.write(`${JSON.stringify(control)}\n`);
	for await (const line of createInterface(socket)) onLine(line);
}
