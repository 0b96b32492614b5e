import { describe, expect, test } from "@jest/globals";
import { parseListeners, portTaken } from "../../../local/site/ports.ts";

const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
   0: 0100E70A:1B9F 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   2: 0100007F:1BA0 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0
`;
const tcp6 = `   0: 00000000000000000000000000000000:1BA1 00000000000000000000000000000000:0000 0A 0
   1: 00000000000000000000000001000000:1BA0 00000000000000000000000000000000:0000 0A 0
`;

describe("ports that other programs have", () => {
	const all = [...parseListeners(tcp), ...parseListeners(tcp6)];

	test("only listening sockets count, with their addresses", () => {
		expect(all).toEqual([
			{ address: "10.231.0.1", port: 7071 },
			{ address: "*", port: 22 },
			{ address: "*", port: 7073 },
		]);
	});

	test("a program on every address has the port on ours, one on another address has not", () => {
		expect(portTaken(all, "10.231.0.1", 7071)).toBe(true);
		expect(portTaken(all, "10.231.1.1", 7071)).toBe(false);
		expect(portTaken(all, "10.231.1.1", 22)).toBe(true);
		expect(portTaken(all, "10.231.1.1", 7073)).toBe(true);
		expect(portTaken(all, "10.231.0.1", 7072)).toBe(false);
	});
});
