/** Sessions for acting, one an instance, kept open: a failover should not begin with handshakes. */
import { type Connect, type Login, openSession, type Session, type Target } from "../mysql/session.ts";

export class Sessions {
	readonly #target: (name: string) => Target | null;
	readonly #login: () => Login | null;
	readonly #connect: Connect;
	readonly #kept = new Map<string, { address: string; session: Session }>();

	constructor(target: (name: string) => Target | null, login: () => Login | null, connect: Connect = openSession) {
		this.#target = target;
		this.#login = login;
		this.#connect = connect;
	}

	/** @throws when the instance cannot be reached within the deadline. */
	async get(name: string, deadlineMs: number): Promise<Session> {
		const target = this.#target(name);
		const kept = this.#kept.get(name);
		if (kept !== undefined && !kept.session.closed && kept.address === target?.address) return kept.session;
		kept?.session.close();
		this.#kept.delete(name);
		const session = await this.open(name, deadlineMs);
		this.#kept.set(name, { address: target?.address ?? "", session });
		return session;
	}

	/** A session of the caller's own, for long work; the caller closes it. */
	async open(name: string, deadlineMs: number): Promise<Session> {
		const target = this.#target(name);
		const login = this.#login();
		if (target === null) throw new Error(`${name} has no pod with an address`);
		if (login === null) throw new Error("there are no credentials yet");
		return this.#connect(target, login, deadlineMs);
	}

	/** Opens what is not open, so that acting finds it open; failures are left to the acting. */
	warm(names: readonly string[], deadlineMs: number): void {
		for (const name of names) void this.get(name, deadlineMs).catch(() => {});
	}

	close(): void {
		for (const { session } of this.#kept.values()) session.close();
		this.#kept.clear();
	}
}
