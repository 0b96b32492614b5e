/** A mysqld of our own on a folder: what a backup is booted on and what a restore ends in. Nobody else can reach it. */
import type { Session } from "../mysql/session.ts";

export interface ScratchOptions {
	/** Holds `data/`, the socket, the log and temporary files; belongs to the account that this process runs as. */
	readonly folder: string;
	/** Bytes of memory that it may take for its buffer pool. */
	readonly bufferPool: number;
	/**
	 * `boot`: as the data directory is, with full durability, without anybody's accounts: nothing in it is changed.
	 * `restore`: with accounts, so that the archive's own changes of them can be applied; redo log and pages are not
	 * written through, which is right for a copy that can be made again; {@link ScratchServer.stop} makes it durable.
	 * Neither writes a binary log, runs events, or starts to replicate.
	 */
	readonly purpose: "boot" | "restore";
	/** super_read_only from the start on. Default: of `boot`. The applier writes all the same. */
	readonly readOnly?: boolean;
	/** More lines of its my.cnf, such as relay log settings. They come last and win. */
	readonly settings?: readonly string[];
	/** Listens on this port too, with TLS by the given certificate; default: its socket alone. For `restore` only. */
	readonly network?: { readonly port: number; readonly tlsFolder: string } | undefined;
	/** Ends mysqld at once, at any time. */
	readonly signal?: AbortSignal;
}

export interface ScratchServer {
	/** With all privileges, by the socket: the accounts' own passwords are not asked for. */
	readonly session: Session;
	/** Path of an option file for MySQL's own programs (`--defaults-file`): the socket and the account. Gone when it stops. */
	readonly clientOptions: string;
	/** Another one like {@link session}, for work beside it. Closed with the server at the latest. */
	open(): Promise<Session>;
	/** Clean: everything is in the data files. @throws when it did not end cleanly within the time; it is killed then */
	stop(deadlineMs: number): Promise<void>;
	/** Until mysqld has ended by itself, as it does at the end of CLONE. The folder can be started anew then. */
	ended(deadlineMs: number): Promise<void>;
	/** Lines of its error log that say ERROR. */
	errors(): Promise<readonly string[]>;
}
