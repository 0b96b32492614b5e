/** What the account `backup` may: to dump everything at one position, and to hold a replica's applier at a GTID set. */
export const backupGrants: readonly string[] = [
	"SELECT, SHOW VIEW, TRIGGER, EVENT, PROCESS, RELOAD, REPLICATION CLIENT ON *.*",
	"SERVICE_CONNECTION_ADMIN, REPLICATION_SLAVE_ADMIN, SHOW_ROUTINE ON *.*",
];
