/** A terminal that remembers: what went where, exactly. */
import { painter } from "../../../runtime/terminal/paint.ts";
import type { Terminal } from "../../../runtime/terminal/terminal.ts";

export interface FakeTerminal extends Terminal {
	readonly out: string[];
	readonly err: string[];
	readonly asked: string[];
}

export function fakeTerminal(options: { interactive?: boolean; answer?: boolean | null } = {}): FakeTerminal {
	const { interactive = false, answer = null } = options;
	const out: string[] = [];
	const err: string[] = [];
	const asked: string[] = [];
	return {
		out,
		err,
		asked,
		paint: painter(false),
		interactive,
		columns: 80,
		print: (line) => out.push(line),
		note: (line) => err.push(line),
		live: () => {},
		async confirm(question) {
			asked.push(question);
			return answer;
		},
	};
}
