/** How MySQL's own programs are told whom to connect to: a password as an argument could be read by everybody on the machine. */
import type { Login, Target } from "./session.ts";

export interface Connection {
	readonly target: Target;
	readonly login: Login;
}

/**
 * An option file for mysqlbinlog and its like, to be written so that only we can read it.
 * @param ca path of the certificate authority
 */
export function clientOptions({ target, login }: Connection, ca: string): string {
	const lines = {
		host: target.address,
		port: target.port,
		user: login.user,
		password: `"${login.password.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`,
		// By address: the name in the certificate is not what is dialled.
		"ssl-mode": "VERIFY_CA",
		"ssl-ca": ca,
	};
	const text = Object.entries(lines).map(([key, value]) => `${key}=${value}`);
	return `[client]\n${text.join("\n")}\n`;
}
