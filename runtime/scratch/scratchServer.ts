/** A mysqld of our own on a folder: what a backup is booted on and what a restore ends in. Nobody else can reach it. */
import type { Session } from "../mysql/session.ts";

export interface ScratchOptions {
	/** Holds `data/`, the socket, the log and temporary files; belongs to the account that this process runs as. */
	readonly folder: string;
	/** Bytes of memory that it may take for its buffer pool. */
	readonly bufferPool: number;
	/**
	 * `boot`: as the data directory is, with full durability. `restore`: binary log and redo log are not written through,
	 * which is right for a copy that can be made again; {@link ScratchServer.stop} makes it durable.
	 */
	readonly purpose: "boot" | "restore";
	/** More lines of its my.cnf, such as relay log settings. */
	readonly settings?: readonly string[];
	/** Listens on this port too, with TLS by the given certificate; default: its socket alone. */
	readonly network?: { readonly port: number; readonly tlsFolder: string } | undefined;
	readonly signal?: AbortSignal;
}

export interface ScratchServer {
	/** As root, by the socket: the accounts' own passwords are not asked for. */
	readonly session: Session;
	/** Clean: everything is in the data files. @throws when it did not end cleanly within the time */
	stop(deadlineMs: number): Promise<void>;
	/** Lines of its error log that say ERROR. */
	errors(): Promise<readonly string[]>;
}
