/** A session with a test's own server. */
import { createConnection } from "mysql2/promise";
import { type openSession, wrap } from "../../runtime/mysql/session.ts";

/** mysqld's own certificate names nobody: its signature is checked, its name is not. */
export const plainSession: typeof openSession = async (target, login, deadlineMs) => {
	const ssl = { ca: login.ca, verifyIdentity: false };
	const { user, password } = login;
	const numbers = { supportBigNumbers: true, bigNumberStrings: true, dateStrings: true };
	const connection = await createConnection({
		...{ host: target.address, port: target.port, user, password, ssl, multipleStatements: true },
		...{ connectTimeout: deadlineMs, ...numbers },
	});
	return wrap(target, connection);
};
