/** Which snapshot is meant, or why none is. Pure. */
import { UserError } from "../../objectives/error.ts";
import { formatGtidSet } from "../mysql/gtidSet.ts";
import { takenBefore } from "../restore/base.ts";
import { mayFit } from "../restore/nearBackups.ts";
import { formatTarget, type RestoreTarget } from "../restore/target.ts";
import { type Snapshot, usable } from "./snapshot.ts";

export interface SnapshotWish {
	/** The option, for messages. */
	readonly field: string;
	/** Default: the newest one that fits. */
	readonly name?: string | undefined;
	/** What is to be reached from it. Default: what it holds. */
	readonly target?: RestoreTarget;
	/** What can be done without any. */
	readonly otherwise: string;
}

/**
 * By clocks, where a time is to be reached: exactly is told by what it holds, in the job that reads the archive.
 * @param snapshots null where the cluster has none at all
 * @throws UserError
 */
export function chooseSnapshot<S extends Snapshot>(snapshots: readonly S[] | null, wish: SnapshotWish): S {
	const good = usable(snapshots ?? []) as S[];
	if (wish.name !== undefined) return named(wish.name, snapshots ?? [], good, wish);
	if (good.length === 0) throw refused(wish, none(snapshots));
	const { target = { kind: "latest" } } = wish;
	const found = good.find((snapshot) => fits(snapshot, target));
	if (found !== undefined) return found;
	throw refused(wish, `none of ${good.length} was taken before ${formatTarget(target)}`);
}

function fits({ takenAt, gtidExecuted }: Snapshot, target: RestoreTarget): boolean {
	const finishedAt = new Date(takenBefore(takenAt ?? "")).toISOString();
	return mayFit({ finishedAt, gtidExecuted: formatGtidSet(gtidExecuted) }, target);
}

function none(snapshots: readonly Snapshot[] | null): string {
	if (snapshots === null) return "this cluster cannot snapshot volumes";
	if (snapshots.length === 0) return "there is no snapshot yet";
	const [newest] = [...snapshots].sort((one, other) => (other.takenAt ?? "").localeCompare(one.takenAt ?? ""));
	return `no snapshot can be used (${newest?.name}: ${why(newest)})`;
}

function named<S extends Snapshot>(name: string, all: readonly S[], good: readonly S[], wish: SnapshotWish): S {
	const found = good.find((snapshot) => snapshot.name === name);
	if (found !== undefined) return found;
	const unfit = all.find((snapshot) => snapshot.name === name);
	const names = good.slice(0, 5).map((snapshot) => snapshot.name);
	const choose = names.length === 0 ? wish.otherwise : `choose one of ${names.join(", ")}`;
	throw new UserError({
		field: wish.field,
		value: name,
		wrong: unfit === undefined ? `there is no snapshot "${name}"` : `snapshot ${name} cannot be used: ${why(unfit)}`,
		remedy: choose,
	});
}

function why(snapshot: Snapshot | undefined): string {
	if (snapshot?.fault) return snapshot.fault;
	return snapshot?.ready ? "no copy of it was booted yet" : "the storage has not finished it yet";
}

function refused({ field, name, otherwise }: SnapshotWish, wrong: string): UserError {
	return new UserError({ field, value: name, wrong, remedy: otherwise });
}
