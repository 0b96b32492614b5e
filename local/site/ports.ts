/** Who listens on this machine, as the kernel tells it: asking by listening would find only the first of several. */
import { readFileSync } from "node:fs";

export interface Listener {
	/** Dotted; "*" for every address, of IPv6 too. */
	readonly address: string;
	readonly port: number;
}

export function listeners(): Listener[] {
	return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => parseListeners(readText(file)));
}

/** A program that listens on every address has the port on each. */
export function portTaken(all: readonly Listener[], address: string, port: number): boolean {
	return all.some((each) => each.port === port && (each.address === "*" || each.address === address));
}

/** The rows in state LISTEN of /proc/net/tcp or tcp6. Other addresses of IPv6 are of no concern here. */
export function parseListeners(table: string): Listener[] {
	return table.split("\n").flatMap((row) => {
		const [, local = "", , state] = row.trim().split(/\s+/);
		const [address = "", port = ""] = local.split(":");
		const shown = state === "0A" ? dotted(address) : undefined;
		return shown === undefined ? [] : [{ address: shown, port: Number.parseInt(port, 16) }];
	});
}

/** Four bytes in the machine's order, which is the reverse of how they are written on all that run this. */
function dotted(hex: string): string | undefined {
	if (/^0+$/.test(hex)) return "*";
	if (hex.length !== 8) return undefined;
	return (hex.match(/../g) ?? [])
		.reverse()
		.map((byte) => Number.parseInt(byte, 16))
		.join(".");
}

function readText(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}
