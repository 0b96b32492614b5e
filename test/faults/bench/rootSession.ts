/** What somebody with the shell of an instance's pod could do: root, over the socket that no cut reaches. */
import { type Connection, createConnection } from "mysql2/promise";
import { ledgerTable } from "../../../runtime/drill/writer.ts";
import type { Bench } from "./bench.ts";
import type { DatabaseInstance } from "./instance.ts";

export async function rootSession(bench: Bench, instance: DatabaseInstance): Promise<Connection> {
	const password = bench.secrets.passwords.root ?? "";
	const connection = await createConnection({ socketPath: instance.socket, user: "root", password });
	// Rows kill the server under it; without a listener that would end the tests.
	connection.on("error", () => {});
	return connection;
}

/** @returns each statement's answer. */
export async function asRoot(bench: Bench, instance: DatabaseInstance, statements: readonly string[]) {
	const connection = await rootSession(bench, instance);
	try {
		const answers: unknown[] = [];
		for (const statement of statements) answers.push((await connection.query(statement))[0]);
		return answers;
	} finally {
		connection.destroy();
	}
}

/**
 * Keeps the applier of an instance from applying any write of the clients, while its receiver goes on and acknowledges.
 * @returns what ends it
 */
export async function holdApplier(bench: Bench, instance: DatabaseInstance): Promise<() => void> {
	const connection = await rootSession(bench, instance);
	await connection.query(`LOCK TABLES ${ledgerTable} READ`);
	return () => connection.destroy();
}

/** Whether it has received transactions that it has not applied. */
export async function hasUnapplied(bench: Bench, instance: DatabaseInstance): Promise<boolean> {
	const question = `SELECT GTID_SUBSET(received_transaction_set, @@GLOBAL.gtid_executed) AS applied
		FROM performance_schema.replication_connection_status`;
	const [rows] = (await asRoot(bench, instance, [question])) as [{ applied: number }[]];
	return rows.some(({ applied }) => Number(applied) === 0);
}
