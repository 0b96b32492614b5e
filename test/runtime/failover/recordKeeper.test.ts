import { expect, test } from "@jest/globals";
import { type Clock, systemClock } from "../../../runtime/failover/clock.ts";
import type { ClusterStore, Versioned } from "../../../runtime/failover/clusterStore.ts";
import { type ClusterRecord, formatRecord, parseRecord } from "../../../runtime/failover/record.ts";
import { RecordKeeper } from "../../../runtime/failover/recordKeeper.ts";
import { ManualClock } from "./manualClock.ts";
import { record } from "./scene.ts";

/** A record with compare and swap; a save can be kept from having an answer, and carried out later. */
class Stored {
	record: ClusterRecord = record();
	published: string | null = null;
	#version = 1;
	/** What the next save does instead of taking effect. */
	instead: ((save: () => Versioned) => void) | null = null;

	keeper(clock: Clock = systemClock): RecordKeeper {
		const store = {
			readRecord: async () => ({ record: this.record, version: String(this.#version) }),
			readPublished: async () => this.published,
			readRequest: async () => null,
			readPause: async () => null,
			saveRecord: async (next: ClusterRecord, version: string) => {
				const save = () => this.#save(next, version);
				const { instead } = this;
				this.instead = null;
				if (instead === null) return save();
				instead(save);
				throw new Error("no answer");
			},
		};
		return new RecordKeeper(store as unknown as ClusterStore, clock);
	}

	#save(next: ClusterRecord, version: string): Versioned {
		if (version !== String(this.#version)) throw new Error("conflict");
		this.#version += 1;
		this.record = next;
		return { record: next, version: String(this.#version) };
	}
}

const promoting = (next: ClusterRecord): ClusterRecord => ({ ...next, term: next.term + 1, primary: "mysql-1" });

async function leads(stored: Stored): Promise<RecordKeeper> {
	const keeper = stored.keeper();
	await keeper.refresh();
	await keeper.refreshWhenDue();
	return keeper;
}

test("a late save of a leader before is refused once another leads", async () => {
	const stored = new Stored();
	const before = await leads(stored);
	let late = (): unknown => null;
	stored.instead = (save) => {
		late = save;
	};
	await expect(before.save(promoting)).rejects.toThrow("no answer");
	await leads(stored);
	expect(late).toThrow("conflict");
	expect(stored.record).toMatchObject({ term: 3, primary: "mysql-0" });
});

test("a late save of the leader itself is refused before it decides anything else", async () => {
	const stored = new Stored();
	const keeper = await leads(stored);
	let late = (): unknown => null;
	stored.instead = (save) => {
		late = save;
	};
	await expect(keeper.save(promoting)).rejects.toThrow("no answer");
	await keeper.refreshWhenDue();
	expect(late).toThrow("conflict");
	expect(keeper.versioned.record).toEqual(stored.record);
});

test("a save that took effect without an answer is found", async () => {
	const stored = new Stored();
	const keeper = await leads(stored);
	stored.instead = (save) => void save();
	await expect(keeper.save(promoting)).rejects.toThrow("no answer");
	await keeper.refreshWhenDue();
	expect(keeper.versioned.record).toMatchObject({ term: 4, primary: "mysql-1" });
});

test("the epoch rises when a leader begins, and not with each round", async () => {
	const stored = new Stored();
	const { epoch } = stored.record;
	const keeper = await leads(stored);
	await keeper.refreshWhenDue();
	expect(stored.record.epoch).toBe(epoch + 1);
});

test("a record of an older version has epoch 0", () => {
	const { epoch: _, ...older } = record();
	expect(parseRecord(formatRecord(older as ClusterRecord)).epoch).toBe(0);
});

test("an endpoint that somebody else moved is seen", async () => {
	const stored = new Stored();
	const clock = new ManualClock();
	const keeper = stored.keeper(clock);
	await keeper.refresh();
	await keeper.refreshWhenDue();
	stored.published = "10.0.0.9";
	clock.pass(500);
	await keeper.refreshWhenDue();
	expect(keeper.published).toBe("10.0.0.9");
});
