/** What a drill's clients have noted outside of the database. */
import { clientName } from "../runtime/drill/client.ts";
import { ledgerContainer } from "../runtime/drill/clientPod.ts";
import { ledgerPaths } from "../runtime/drill/ledgerOptions.ts";
import type { ClusterAccess } from "../runtime/kubernetes/access.ts";

const answerMs = 60_000;

/** Each acknowledged write, `at` milliseconds since 1970. */
export async function acknowledged(access: ClusterAccess): Promise<{ id: number; at: number }[]> {
	const book = await saidByDrill(access, ledgerContainer, ["cat", `${ledgerPaths.folder}/acknowledged.csv`]);
	return book.map((line) => line.split(",").map(Number)).map(([id = Number.NaN, at = Number.NaN]) => ({ id, at }));
}

/** The lines that a command in the drill's pod prints. */
export async function saidByDrill(access: ClusterAccess, container: string, command: string[]): Promise<string[]> {
	const { stdout, stderr, exitCode } = await access.run(clientName, container, command, answerMs);
	if (exitCode !== 0) throw new Error(`${container} of the drill's pod: ${stderr.trim()}`);
	// The last line may be in the middle of being written.
	return stdout.split("\n").slice(0, -1);
}
