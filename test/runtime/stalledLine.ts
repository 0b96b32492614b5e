/** A line to a server on this machine, on which nothing more passes once a connection has brought so many bytes. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class StalledLine {
	/** Resolves when a connection stands still. */
	readonly stalled: Promise<void>;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	private constructor(server: Server, stalled: Promise<void>) {
		this.#server = server;
		this.stalled = stalled;
	}

	static async to(port: number, bytes: number): Promise<StalledLine> {
		const stalled = Promise.withResolvers<void>();
		const server = createServer().listen(0, "127.0.0.1");
		await once(server, "listening");
		const line = new StalledLine(server, stalled.promise);
		server.on("connection", (client) => {
			const upstream = connect(port, "127.0.0.1");
			let passed = 0;
			for (const socket of [client, upstream]) {
				line.#sockets.add(socket);
				socket
					.on("error", () => {})
					.on("close", () => {
						client.destroy();
						upstream.destroy();
					});
			}
			client.pipe(upstream);
			upstream.on("data", (chunk: Buffer) => {
				passed += chunk.length;
				if (passed < bytes) return void client.write(chunk);
				upstream.pause();
				stalled.resolve();
			});
		});
		return line;
	}

	get port(): number {
		return (this.#server.address() as AddressInfo).port;
	}

	async stop(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		this.#server.close();
		await once(this.#server, "close");
	}
}
