/** Surplus transactions, kept as a Secret (they are user data) until somebody has looked at them. */
import { createHash } from "node:crypto";
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { withDeadline } from "../mysql/session.ts";
import { RefusedError } from "./cancel.ts";
import type { SurplusStore } from "./rebuildAct.ts";

/** An object in the API may have 1 MiB in all; base64 takes a third more. */
const limitBytes = 700_000;

export function surplusStore(
	config: KubeConfig,
	namespace: string,
	labels: Readonly<Record<string, string>>,
): SurplusStore {
	const core = config.makeApiClient(CoreV1Api);
	return {
		async save(name, { gtids, sqlGz }) {
			if (sqlGz.length > limitBytes) {
				throw new RefusedError(
					`${name}: ${sqlGz.length} bytes of surplus transactions are more than a Secret holds (${limitBytes}); the instance stays fenced and keeps them`,
				);
			}
			// The same surplus has the same name, however often its saving is tried.
			const hash = createHash("sha256").update(gtids).digest("hex").slice(0, 8);
			const body = {
				metadata: { name: `${name}-${hash}`, namespace, labels: { ...labels, "mysql-dr/surplus": "true" } },
				type: "mysql-dr.dev/surplus",
				stringData: { gtids },
				data: { "surplus.sql.gz": sqlGz.toString("base64") },
			};
			const saved = core.createNamespacedSecret({ namespace, body }).catch((error) => {
				if ((error as { code?: number }).code !== 409) throw error;
			});
			await withDeadline(saved, 5000, `saving ${name}`);
		},
	};
}
