/**
 * What the account `backup` may: to dump everything at one position, to hold a replica's applier at a GTID set, and to bring
 * restored tables back under a name that ends in `_restored`, and under no other (in GRANT `%` stands for any name).
 */
export const backupGrants: readonly string[] = [
	"SELECT, SHOW VIEW, TRIGGER, EVENT, PROCESS, RELOAD, REPLICATION CLIENT ON *.*",
	"SERVICE_CONNECTION_ADMIN, REPLICATION_SLAVE_ADMIN, SHOW_ROUTINE ON *.*",
	"CREATE, INSERT, ALTER, INDEX, REFERENCES ON `%\\_restored`.*",
];
