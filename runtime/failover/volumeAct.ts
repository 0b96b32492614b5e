/** A replica's volume is put aside, and its pod with it: both are made anew, of a snapshot or empty, for a rebuild to fill them. */
import { bytes, formatSize } from "../../objectives/size.ts";
import { isEmpty } from "../mysql/gtidSet.ts";
import { held } from "../mysql/reading.ts";
import { RefusedError } from "./cancel.ts";
import { isIntact } from "./choose.ts";
import type { GrowthStep } from "./growth.ts";
import { deadline, type Operation, recorded, requireLease } from "./operation.ts";
import { secure } from "./rebuildAct.ts";
import type { ClusterRecord, ReplacedVolume } from "./record.ts";
import { othersHaveAll } from "./rolloutAct.ts";
import { unconnected } from "./snapshotVolume.ts";
import { readable } from "./view.ts";
import { nextAttempt } from "./volumeAttempts.ts";
import { damagedData, lostVolume } from "./volumeFault.ts";
import type { VolumeObjects } from "./volumeReads.ts";
import type { VolumeStep } from "./volumeReplacement.ts";
import { chooseSource } from "./volumeSourceAct.ts";

export async function replaceVolume(operation: Operation, step: VolumeStep): Promise<void> {
	const { name } = step;
	requireLease(operation);
	const found = await operation.volumes.look(name);
	const idle = unconnected(recorded(operation), name, found.claim);
	if (found.pod?.running === true && !step.answers && !idle) {
		throw new RefusedError(`${name} keeps its volume: it runs, and does not answer`);
	}
	// What became of a snapshot was decided by more than can be seen here.
	if (step.faulty && !idle) stillFaulty(step, found, recorded(operation));
	const from = await chooseSource(operation, name, found);
	await nothingIsLost(operation, step);
	await giveUp(operation, step, found, from);
}

/**
 * Where no instance has any data left there is nobody who could have them: the volume is kept aside all the same.
 *
 * @throws RefusedError where some instance has something
 */
export async function renewVolume(operation: Operation, step: Pick<VolumeStep, "name" | "term" | "reason">) {
	requireLease(operation);
	const found = await operation.volumes.look(step.name);
	if (found.pod?.running === true) throw new RefusedError(`${step.name} keeps its volume: it runs`);
	const ms = () => deadline(operation, operation.limits.statementMs);
	for (const { name } of readable(operation.view)) {
		const reading = await (await operation.instance(name)).read(ms());
		if (!isEmpty(held(reading))) throw new RefusedError(`${step.name} keeps its volume: ${name} holds data`);
	}
	await giveUp(operation, step, found, undefined);
}

async function giveUp(
	operation: Operation,
	step: Pick<VolumeStep, "name" | "term" | "reason">,
	found: VolumeObjects,
	from: ReplacedVolume["from"],
): Promise<void> {
	const { name, reason } = step;
	await keepAside(operation, step, found);
	await operation.save((record) => {
		// Whoever led meanwhile may have made it the primary: what was decided holds in its term only.
		if (record.term !== step.term)
			throw new RefusedError(`${name} keeps its volume: the primary has changed meanwhile`);
		const at = operation.now().toISOString();
		const claim = found.claim?.uid ?? "";
		const attempt = { at, claim, ...nextAttempt(record, name, claim), reason };
		const volumes = { ...record.volumes, [name]: { ...attempt, ...(from === undefined ? {} : { from }) } };
		if (from === undefined) return { ...record, volumes };
		// What comes of a snapshot of its own data may not be taken for them: they count for nothing from here on.
		const { [name]: _, ...uuids } = record.uuids;
		return { ...record, uuids, volumes };
	});
	requireLease(operation);
	operation.log(`${name} gets a new volume${from === undefined ? "" : `, made of ${from.snapshot}`}: ${reason}`);
	if (from !== undefined && found.claim !== null) await operation.volumes.hold(name, found.claim.uid);
	await operation.volumes.release(name, found.claim?.uid ?? null, found.pod?.uid ?? null);
}

/** What is in use goes on being used: file systems grow while they are mounted. */
export async function growVolumes(operation: Operation, { names, to, reason }: GrowthStep): Promise<void> {
	requireLease(operation);
	operation.log(`the volumes of ${names.join(", ")} are to grow to ${formatSize(bytes(to))}: ${reason}`);
	await Promise.all(names.map((name) => operation.volumes.grow(name, to)));
}

/** The decision is a moment old, and rested on what was seen before that. */
function stillFaulty({ name }: VolumeStep, found: VolumeObjects, record: ClusterRecord): void {
	const told = found.pod?.note != null || found.mountFailure !== null;
	if (lostVolume(found) === null && !told && damagedData(record, name) === null)
		throw new RefusedError(`${name} keeps its volume: it can be used`);
}

/** @throws RefusedError where what it holds may count and nobody else has it */
async function nothingIsLost(operation: Operation, { name, keeper, answers }: VolumeStep): Promise<void> {
	if (keeper !== null && answers) return secure(operation, { name, surplus: "" }, keeper);
	const ms = deadline(operation, operation.limits.statementMs);
	const primary = await (await operation.instance(recorded(operation).primary)).read(ms);
	if (primary.superReadOnly || !primary.acksRequired || !isIntact(recorded(operation), primary)) {
		throw new RefusedError(`${name} keeps its volume: the primary is not open`);
	}
	if (keeper !== null) return othersHaveAll(operation, name);
	if (primary.ackers > 0)
		throw new RefusedError(`${name} keeps its volume: somebody acknowledges, and it may be ${name}`);
}

async function keepAside(
	operation: Operation,
	{ name, reason }: Pick<VolumeStep, "name" | "reason">,
	{ claim, volume }: VolumeObjects,
): Promise<void> {
	if (claim === null || claim.volume === null || volume === "absent") return;
	if (volume === null) {
		throw new RefusedError(`${name} keeps its volume ${claim.volume}: whether its data would stay cannot be read`);
	}
	requireLease(operation);
	const at = operation.now().toISOString();
	await operation.volumes.keep(volume, { instance: name, cluster: operation.facts.cluster, reason, at });
	operation.log(`${name}: its volume ${volume.name} is kept aside`);
}
