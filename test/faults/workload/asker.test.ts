import { describe, expect, test } from "@jest/globals";
import type { Session } from "../../../runtime/mysql/session.ts";
import { Asker } from "./asker.ts";

function members(closed: Record<string, number>) {
	const opened: string[] = [];
	const sessions = new Map<string, { closed: boolean }>();
	const open = async (address: string): Promise<Session> => {
		opened.push(address);
		const state = { closed: false };
		sessions.set(address, state);
		return {
			get closed() {
				return state.closed;
			},
			close: () => {},
			run: async () => {
				if (closed[address] === undefined) throw new Error("no answer");
				return [[{ closed: closed[address] }]];
			},
		};
	};
	return { opened, sessions, asker: new Asker(["a", "b", "c"], open) };
}

describe("who asks the instances itself", () => {
	test("is told the one that takes writes, though another does not answer", async () => {
		await expect(members({ a: 1, b: 0 }).asker.writable()).resolves.toBe("b");
	});

	test("is told none when none does", async () => {
		await expect(members({ a: 1, b: 1, c: 1 }).asker.writable()).rejects.toThrow();
	});

	test("connects to each once, however many ask, and again where the session has ended", async () => {
		const { asker, opened, sessions } = members({ a: 1, b: 0, c: 1 });
		await Promise.all([asker.writable(), asker.writable(), asker.writable()]);
		expect(opened.sort()).toEqual(["a", "b", "c"]);
		const ended = sessions.get("b");
		if (ended !== undefined) ended.closed = true;
		await Promise.all([asker.writable(), asker.writable()]);
		expect(opened.sort()).toEqual(["a", "b", "b", "c"]);
	});
});
