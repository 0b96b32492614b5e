/** `mysql-dr job clone-expiry`: deletes the namespace that it runs in, when that is a clone and its time is over. */
import type { V1Namespace } from "@kubernetes/client-node";
import { jobLog } from "../commands/jobLine.ts";
import { FailedError } from "../exit.ts";
import { type Api, kubernetesApi } from "../kubernetes/api.ts";
import { ownCluster } from "../kubernetes/pooledKubeConfig.ts";
import { cloneOf, expired } from "./clone.ts";

export async function runExpiry(): Promise<void> {
	const log = jobLog((line) => process.stdout.write(line));
	const config = ownCluster();
	try {
		log.result(await expireClone(kubernetesApi(config), process.env.POD_NAMESPACE ?? "", new Date()));
	} catch (error) {
		log.error(error);
		throw error;
	}
}

/** @throws FailedError where it is no clone's namespace: then somebody gave this job to another one */
export async function expireClone(api: Api, name: string, now: Date) {
	const path = `/api/v1/namespaces/${name}`;
	const clone = cloneOf(await api.json<V1Namespace>(path));
	if (clone === null) throw new FailedError(`namespace ${name} is no clone: it stays`);
	const over = expired(clone, now) && !clone.going;
	if (over) await api.text(path, { method: "DELETE" });
	return { clone: name, expiresAt: clone.expiresAt, deleted: over };
}
