/** Option file for `mysql`: what probes log in with, so that no password is ever an argument. */
import { type Place, socket } from "./place.ts";

export function probeCnf(place: Place, password: string): string {
	return `[client]
user = monitor
password = ${optionValue(password)}
socket = ${socket(place.paths)}
connect_timeout = 2
`;
}

/** Quoted, so that `#` starts no comment and blanks at the ends count; option files know backslash escapes. */
export function optionValue(text: string): string {
	return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
