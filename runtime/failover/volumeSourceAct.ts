/** A replica's new volume is made of a snapshot where one is nearer than CLONE. */

import { nearestCopy } from "./nearestCopy.ts";
import { deadline, type Operation, recorded, requireLease } from "./operation.ts";
import type { ReplacedVolume } from "./record.ts";
import { nextAttempt } from "./volumeAttempts.ts";
import type { VolumeObjects } from "./volumeReads.ts";

/**
 * Undefined: an empty volume. After an attempt of which nothing came the next is always one: a snapshot is no loop.
 * That the snapshots cannot be read keeps nobody from a new volume.
 */
export async function chooseSource(
	operation: Operation,
	name: string,
	{ claim }: VolumeObjects,
): Promise<ReplacedVolume["from"]> {
	const { copyRates: rates } = operation.facts;
	const record = recorded(operation);
	if (rates === undefined || claim === null || nextAttempt(record, name, claim.uid).times > 1) return undefined;
	const snapshots = await operation.volumes.sources(name).catch((error: Error) => {
		operation.log(`${name}: the snapshots cannot be read: ${error.message}`);
		return [];
	});
	const ms = deadline(operation, operation.limits.statementMs);
	const primary = await (await operation.instance(record.primary)).read(ms);
	const wall = operation.now().getTime();
	const { snapshot, why } = nearestCopy({ record, primary, snapshots, wall, rates });
	operation.log(`${name}: ${snapshot === null ? "an empty volume, and CLONE" : `snapshot ${snapshot.name}`}: ${why}`);
	return snapshot === null ? undefined : { snapshot: snapshot.name, server: snapshot.server };
}

/** Once nothing uses the old one any more. A snapshot that is gone by now is no reason to wait: then it is empty. */
export async function makeVolume(operation: Operation, name: string): Promise<void> {
	const { claim } = await operation.volumes.look(name);
	if (claim === null || !claim.held || !claim.ending) return;
	const from = recorded(operation).volumes?.[name]?.from;
	const snapshots = from === undefined ? [] : await operation.volumes.sources(name).catch(() => []);
	const snapshot = snapshots.find((one) => one.name === from?.snapshot);
	requireLease(operation);
	const of = snapshot === undefined ? null : { snapshot: snapshot.name, volumeBytes: snapshot.volumeBytes };
	const made = await operation.volumes.make(name, of);
	operation.log(`${name}: its new volume is ${made ? `made of ${snapshot?.name}` : "empty"}`);
	// Seen before the next round: the old one must not be taken for one that is still there.
	await operation.volumes.look(name);
}

/** It is about to be connected to the primary: from then on it may acknowledge, and is one like the others. */
export async function letIn(operation: Operation, name: string): Promise<void> {
	if (recorded(operation).volumes?.[name]?.from === undefined) return;
	await operation.save((record) => {
		const last = record.volumes?.[name];
		if (last === undefined) return record;
		const { from: _, ...rest } = last;
		return { ...record, volumes: { ...record.volumes, [name]: rest } };
	});
}
