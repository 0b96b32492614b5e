/** The watchdog's own passwords and the authority: made if absent, then kept fresh. */
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import type { Settings } from "../../objectives/settings.ts";
import { ensureCredentials, secretNames } from "../credentials/ensureCredentials.ts";
import { kubernetesSecrets } from "../credentials/kubernetesSecrets.ts";
import { clusterLabels } from "../kubernetes/clusterLabels.ts";
import { sleep } from "./sleep.ts";

export type Access = Awaited<ReturnType<typeof ensureCredentials>>;

const retryMs = 1000;

/** Tries until there are credentials: without them nothing can be done, so there is nothing to give up for. */
export async function awaitAccess(
	config: KubeConfig,
	settings: Settings,
	stop: AbortSignal,
	onError: (error: unknown) => void,
): Promise<Access | null> {
	while (!stop.aborted) {
		try {
			return await refreshAccess(config, settings);
		} catch (error) {
			onError(error);
			await sleep(retryMs, stop);
		}
	}
	return null;
}

/** Renews the certificate when its time has come; everything that is there stays. */
export function refreshAccess(config: KubeConfig, settings: Settings): Promise<Access> {
	const labels = clusterLabels(settings.cluster);
	const store = kubernetesSecrets(config.makeApiClient(CoreV1Api), { namespace: settings.namespace, labels });
	const { credentialsSecret: passwords, tlsSecret: tls, backup } = settings;
	const names = { ...secretNames, passwords, tls, backupKey: backup.keyManaged ? backup.keySecret : null };
	return ensureCredentials(store, settings, { names });
}
