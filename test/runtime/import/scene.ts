/** Two servers as an import may find them, and changes to them. */
import type { SourceFacts, TargetFacts } from "../../../runtime/import/facts.ts";
import type { Inventory, Table } from "../../../runtime/import/inventory.ts";
import type { Compared } from "../../../runtime/import/judgeServer.ts";

/** As 8.0 answers by default (MySQL 8.0 manual, "Server System Variables"). */
export const variables80 = {
	version: "8.0.36",
	server_id: "1",
	log_bin: "ON",
	binlog_format: "ROW",
	binlog_row_image: "FULL",
	binlog_expire_logs_seconds: "2592000",
	gtid_mode: "OFF",
	lower_case_table_names: "0",
	sql_mode: "STRICT_TRANS_TABLES",
	time_zone: "SYSTEM",
	system_time_zone: "UTC",
};

export const customer: Table = {
	schema: "app",
	name: "customer",
	engine: "InnoDB",
	partitioned: false,
	dataBytes: 1000,
	indexBytes: 100,
	collation: "utf8mb4_0900_ai_ci",
	options: "",
	hasPrimaryKey: true,
	autoIncrement: null,
};

export interface Changes {
	readonly variables?: Readonly<Record<string, string>>;
	readonly source?: Partial<Inventory>;
	readonly target?: Partial<Inventory>;
	readonly sourceFacts?: Partial<SourceFacts>;
	readonly targetFacts?: Partial<TargetFacts>;
	readonly withAccounts?: boolean;
}

/** A source of which everything survives, but for the changes. */
export function compared(changes: Changes = {}): Compared {
	const empty: Inventory = {
		variables: new Map(),
		schemas: [],
		tables: [],
		programs: [],
		foreignKeys: [],
		collations: [],
		columnNames: [],
		accounts: [],
	};
	return {
		source: {
			...empty,
			variables: new Map(Object.entries({ ...variables80, ...changes.variables })),
			schemas: [{ name: "app", charset: "utf8mb4", collation: "utf8mb4_0900_ai_ci" }],
			tables: [customer],
			...changes.source,
		},
		target: {
			...empty,
			variables: new Map(Object.entries({ ...variables80, version: "9.7.4", server_id: "101", gtid_mode: "ON" })),
			...changes.target,
		},
		sourceFacts: {
			privileges: ["ALL PRIVILEGES"],
			elsewhere: [],
			unencrypted: [],
			reserved: ["SELECT"],
			timeZones: 0,
			longStatements: [],
			...changes.sourceFacts,
		},
		targetFacts: {
			authentication: ["caching_sha2_password", "sha256_password"],
			collations: ["utf8mb4_0900_ai_ci", "latin1_swedish_ci"],
			reserved: ["SELECT", "QUALIFY"],
			disabledEngines: ["MyISAM", "MEMORY"],
			timeZones: 0,
			serverIds: [101, 102, 103],
			freeBytes: 2 ** 30,
			...changes.targetFacts,
		},
		user: "importer",
		withAccounts: changes.withAccounts ?? true,
	};
}
