/** A watchdog that gives one answer to whatever is asked of it. */
import type { Answer } from "../../../runtime/failover/record.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";

const base = "/api/v1/namespaces/mysql/configmaps";

export interface WatchdogAnswer {
	readonly state: Answer["state"];
	readonly message: string;
	/** When it answers; ISO 8601. */
	readonly at: string;
	/** What the cluster's record says besides. */
	readonly record: object;
}

/** @returns what it was asked last */
export function answeringWatchdog(api: FakeApi, { state, message, at, record }: WatchdogAnswer) {
	let request: Record<string, unknown> = {};
	api.routes.set(`POST ${base}`, ({ body }) => {
		request = JSON.parse(JSON.parse(body).data["request.json"]);
		return [201, {}];
	});
	api.routes.set(`GET ${base}/mysql-cluster`, () => {
		const answered = {
			...{ version: 1, cluster: "mysql", initialised: true, gtidAtPromotion: "", schemasReady: true },
			...record,
			...(request.id === undefined ? {} : { request: { id: request.id, state, message, at } }),
		};
		return [200, { data: { "record.json": JSON.stringify(answered) } }];
	});
	return { request: () => request };
}
