/** The declared keys are those that the runtime writes. */
import { expect, test } from "@jest/globals";
import { keysOf, replicatedKeys } from "../../components/stores/layout.ts";
import { chainNoteKey } from "../../runtime/archive/chainNote.ts";
import { indexKey } from "../../runtime/archive/headerIndex.ts";
import { orphansKey, segmentKey } from "../../runtime/archive/segment.ts";
import { careEvidenceKey } from "../../runtime/backup/careJob.ts";
import { entryKey, repositoryPath, verifiedKey } from "../../runtime/backup/entry.ts";
import { restoreEvidenceKey } from "../../runtime/restore/validationEvidence.ts";

test("each key of the runtime's is below the beginning that rights are given on", () => {
	const { archive, backups, checked, repository, verified, careEvidence, restoreEvidence } = keysOf("mysql");
	for (const key of [segmentKey("mysql", 1), indexKey("mysql", 1), orphansKey("mysql", 1, "a")])
		expect(key.startsWith(archive)).toBe(true);
	expect(entryKey("mysql", "id").startsWith(backups)).toBe(true);
	expect(chainNoteKey("mysql").startsWith(checked)).toBe(true);
	expect(`${repositoryPath("mysql")}/`).toBe(repository);
	expect(verifiedKey("mysql", "id", "at").startsWith(verified)).toBe(true);
	expect(careEvidenceKey("mysql", "at").startsWith(careEvidence)).toBe(true);
	expect(restoreEvidenceKey("mysql", "at").startsWith(restoreEvidence)).toBe(true);
});

test("what is replicated is what both stores have under the same key with the same content", () => {
	const { archive, careEvidence, restoreEvidence, repository, backups, checked } = keysOf("mysql");
	const replicated = (key: string) => Object.values(replicatedKeys).some((prefix) => key.startsWith(prefix));
	expect([archive, careEvidence, restoreEvidence].map(replicated)).toEqual([true, true, true]);
	// Each region's repository is its own: one's files among the other's would ruin it.
	expect([repository, backups, checked].map(replicated)).toEqual([false, false, false]);
});
