/** For clients that need no Service: they know every instance and ask all of them which one takes writes. */
import type { Session } from "../../../runtime/mysql/session.ts";

type Open = (address: string) => Promise<Session>;

const answerMs = 500;
const question = "SELECT @@GLOBAL.super_read_only AS closed";

export class Asker {
	readonly #addresses: readonly string[];
	readonly #open: Open;
	/** One an instance, kept: asking should not begin with a handshake. */
	readonly #sessions = new Map<string, Promise<Session>>();

	constructor(addresses: readonly string[], open: Open) {
		this.#addresses = addresses;
		this.#open = open;
	}

	/** @returns the first that says so. @throws when none does. */
	writable(): Promise<string> {
		return Promise.any(this.#addresses.map((address) => this.#ask(address)));
	}

	async #ask(address: string): Promise<string> {
		const session = await this.#session(address);
		const [rows = []] = await session.run(question, answerMs);
		if (Number(rows[0]?.closed) !== 0) throw new Error(`${address} takes no writes`);
		return address;
	}

	async #session(address: string): Promise<Session> {
		const kept = this.#sessions.get(address);
		const session = await kept?.catch(() => null);
		if (session != null && !session.closed) return session;
		// Whoever asked at the same time may have begun to connect by now.
		const begun = this.#sessions.get(address);
		if (begun !== kept && begun !== undefined) return begun;
		const opening = this.#open(address);
		this.#sessions.set(address, opening);
		return opening;
	}
}
