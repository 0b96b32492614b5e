/**
 * What the account `backup` may: to dump everything at one position, to hold a replica's applier at a GTID set, to have
 * InnoDB write its pages before a snapshot (SYSTEM_VARIABLES_ADMIN; an account that was made without it does not, and a
 * copy then has more to recover), and to bring restored tables back under a name that ends in `_restored`, and under no
 * other (in GRANT `%` stands for any name).
 */
export const backupGrants: readonly string[] = [
	"SELECT, SHOW VIEW, TRIGGER, EVENT, PROCESS, RELOAD, REPLICATION CLIENT ON *.*",
	"SERVICE_CONNECTION_ADMIN, REPLICATION_SLAVE_ADMIN, SHOW_ROUTINE, SYSTEM_VARIABLES_ADMIN ON *.*",
	"CREATE, INSERT, ALTER, INDEX, REFERENCES ON `%\\_restored`.*",
];
