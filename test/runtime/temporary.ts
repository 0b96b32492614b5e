/** Folders for a test file, removed when its tests are done. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";

const made: string[] = [];

/** @returns a new empty folder */
export function temporary(purpose: string): string {
	const folder = mkdtempSync(join(tmpdir(), `mysql-dr-${purpose}-`));
	made.push(folder);
	return folder;
}

afterAll(() => {
	for (const folder of made) rmSync(folder, { recursive: true, force: true });
});
