/** An error as the server answers it. */
export class SqlError extends Error {
	readonly errno: number;
	readonly fatal: boolean;

	constructor(errno: number, message: string, fatal = false) {
		super(message);
		this.errno = errno;
		this.fatal = fatal;
	}
}
