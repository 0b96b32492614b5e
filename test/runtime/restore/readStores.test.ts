import { expect, test } from "@jest/globals";
import { entryKey } from "../../../runtime/backup/entry.ts";
import { readStores } from "../../../runtime/restore/readStores.ts";
import { entry } from "../commands/backupScene.ts";
import { memoryStore } from "./memoryStore.ts";

const { cluster } = entry;
const written = (given: object) => Buffer.from(JSON.stringify({ ...entry, ...given }));

test("an entry of a catalogue counts under its own name and in its own cluster alone, and what does not is named", async () => {
	const other = "20261125T030000Z-full-ffffffff";
	const store = memoryStore(
		"one",
		new Map([
			[entryKey(cluster, entry.id), written({})],
			[entryKey(cluster, other), written({})],
			[entryKey(cluster, "foreign"), written({ id: "foreign", cluster: "another" })],
			[entryKey(cluster, "broken"), Buffer.from("{")],
		]),
	);
	const { catalogues } = await readStores([store], cluster);
	expect(catalogues[0]?.entries.map(({ id }) => id)).toEqual([entry.id]);
	expect(catalogues[0]?.damaged.toSorted()).toEqual(
		[
			`one: ${entryKey(cluster, other)} is the entry of ${entry.id}`,
			`one: ${entryKey(cluster, "foreign")} is of the cluster another`,
			`one: ${entryKey(cluster, "broken")} is no entry of a catalogue`,
		].toSorted(),
	);
});
