/** How mysqld divides the memory of its container. Sizes in bytes. */

const MiB = 2 ** 20;
const GiB = 2 ** 30;

export interface MemoryShares {
	readonly bufferPool: number;
	readonly redoLog: number;
	readonly logBuffer: number;
	/** All internal temporary tables together, before they go to disk. */
	readonly temporaryTables: number;
	readonly connections: number;
	readonly openTables: number;
	readonly tableDefinitions: number;
	/** Users, hosts and accounts that performance_schema keeps apart. */
	readonly trackedClients: number;
}

/**
 * What a mysqld takes besides its buffer pool: 255 MiB of its own idle and 50 MiB of mapped files, measured on
 * 9.7.4 with this my.cnf; the rest is for sessions.
 */
const besidesBufferPool = 384 * MiB;

/**
 * Shares of a container with `memory` bytes. Three quarters of what mysqld does not need otherwise go to the
 * buffer pool. Everything whose default follows the *machine's* memory is set here, since a container's limit
 * is what kills it.
 */
export function memoryShares(memory: number): MemoryShares {
	const small = memory < 2 * GiB;
	const pool = ((memory - besidesBufferPool) * 3) / 4;
	return {
		bufferPool: wholePoolChunks(Math.max(pool, 64 * MiB)),
		redoLog: wholeMiB(clamp(memory / 8, 128 * MiB, 8 * GiB)),
		logBuffer: small ? 16 * MiB : 64 * MiB,
		temporaryTables: wholeMiB(clamp(memory / 32, 16 * MiB, GiB)),
		connections: Math.floor(clamp(memory / (4 * MiB), 150, 5000)),
		// Above 400 definitions or 2,000 open tables performance_schema sizes itself for a big server.
		openTables: small ? 800 : 4000,
		tableDefinitions: small ? 400 : 2000,
		trackedClients: small ? 20 : 500,
	};
}

/** mysqld rounds the pool *up* to chunks of 128 MiB once it is larger than one. */
function wholePoolChunks(bytes: number): number {
	const chunk = 128 * MiB;
	return bytes < chunk ? wholeMiB(bytes) : Math.floor(bytes / chunk) * chunk;
}

function wholeMiB(bytes: number): number {
	return Math.floor(bytes / MiB) * MiB;
}

function clamp(value: number, least: number, most: number): number {
	return Math.min(Math.max(value, least), most);
}
