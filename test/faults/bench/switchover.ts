import { until } from "../../../local/site/waiting.ts";
import type { Answer, Request } from "../../../runtime/failover/record.ts";
import type { Bench } from "./bench.ts";
import { namespace } from "./controlPlane.ts";

/** Asks for it as `mysql-dr switchover` does, and waits for what is answered. */
export async function askForSwitchover(bench: Bench, to: string): Promise<Answer> {
	const id = crypto.randomUUID();
	await writeRequest(bench, { id, kind: "switchover", to, at: new Date().toISOString() });
	return until(`an answer to the switchover to ${to}`, 60, async () => {
		const answer = (await bench.record())?.request;
		return answer?.id === id && answer;
	});
}

/** Replaces the one before it, answered or not. */
export async function writeRequest({ core }: Bench, request: Request): Promise<void> {
	const body = { metadata: { name: "mysql-request" }, data: { "request.json": JSON.stringify(request) } };
	await core
		.replaceNamespacedConfigMap({ name: "mysql-request", namespace, body })
		.catch(() => core.createNamespacedConfigMap({ namespace, body }));
}
