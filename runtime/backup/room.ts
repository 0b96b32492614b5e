/** Whether there is room for a copy, before it is begun. */
import { statfs } from "node:fs/promises";
import { UserError } from "../../objectives/error.ts";
import { formatSize, bytes as size } from "../../objectives/size.ts";

/** Over what the data take: redo log, undo that the boot makes, temporary files. */
const margin = 1.2;
/** What an empty mysqld takes, with its redo log. */
const baseBytes = 384 * 2 ** 20;
const [MiB, GiB] = [2 ** 20, 2 ** 30];

export interface Room {
	/** Of the donor's data. */
	readonly data: number;
	/** How many copies of them there are at the same time. */
	readonly copies: number;
	/** Free on the volume. */
	readonly free: number;
	/** What the volume was declared with: more may be free where several share a disk. */
	readonly declared: number;
}

/** @throws UserError when it would not fit */
export function checkRoom({ data, copies, free, declared }: Room): void {
	const needed = Math.ceil(data * copies * margin) + baseBytes;
	const have = Math.min(free, declared);
	if (needed <= have) return;
	const shown = (n: number, unit = MiB) => formatSize(size(Math.ceil(n / unit) * unit));
	throw new UserError({
		field: "backup.scratch",
		value: shown(declared),
		wrong: `a copy of ${shown(data)} needs ${shown(needed)} and ${shown(have)} are free`,
		remedy: `give the scratch volume ${shown(needed, GiB)} or more`,
	});
}

/** Bytes that this account can still write below `folder`. */
export async function freeBytes(folder: string): Promise<number> {
	const { bavail, bsize } = await statfs(folder);
	return bavail * bsize;
}
