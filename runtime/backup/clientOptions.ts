/** Option files for MySQL's own programs: a password in an argument could be read by every process of the machine. */

export interface ClientLogin {
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	/** Path of the certificate authority. */
	readonly caFile: string;
}

export function clientOptions({ host, port, user, password, caFile }: ClientLogin): string {
	const quoted = `"${password.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
	// A host that is called localhost would be looked for at a socket.
	const protocol = "TCP";
	const lines = { protocol, host, port, user, password: quoted, "ssl-mode": "VERIFY_IDENTITY", "ssl-ca": caFile };
	const text = Object.entries(lines).map(([key, value]) => `${key}=${value}`);
	return `[client]\n${text.join("\n")}\n`;
}
