/** The watchdogs' own view, asked of the one that leads, through the API server: a kubeconfig is all it takes. */
import type { Status } from "../failover/status.ts";
import type { ClusterAccess } from "./access.ts";
import { ApiError, UnreachableError } from "./api.ts";

const leaseName = "mysql-watchdog";
const port = 8080;
const selector = "app.kubernetes.io/name=mysql,app.kubernetes.io/part-of=mysql-dr,app.kubernetes.io/component=watchdog";

/** Nobody could say what the state is: no watchdog leads, or none is there. */
export class NoLeaderError extends Error {
	override readonly name = "NoLeaderError";
}

/** The pods of the watchdogs in this namespace. */
export const watchdogPods = (access: ClusterAccess) => access.pods(selector);

/**
 * The leader's status.
 * @throws NoLeaderError when no watchdog answers as the leader, ApiError and UnreachableError when the API does not
 */
export async function leaderStatus(access: ClusterAccess): Promise<Status> {
	const lease = await access.lease(leaseName);
	const holder = lease?.spec?.holderIdentity ?? "";
	const asked = new Set<string>();
	for (let next: string | null = holder; next !== null && next !== "" && !asked.has(next); ) {
		asked.add(next);
		const answer = await ask(access, next);
		if (answer.status !== null) return answer.status;
		next = answer.leader;
	}
	throw new NoLeaderError(await explain(access, holder));
}

interface Answer {
	readonly status: Status | null;
	/** Whom a watchdog that does not lead names. */
	readonly leader: string | null;
}

async function ask(access: ClusterAccess, pod: string): Promise<Answer> {
	try {
		return { status: JSON.parse(await access.fromPod(pod, port, "/status")) as Status, leader: null };
	} catch (error) {
		if (error instanceof ApiError && error.status === 421) {
			return { status: null, leader: (JSON.parse(error.body) as { leader: string | null }).leader };
		}
		// The pod is gone or does not listen: the API server says 404, 500, 502 or 503.
		if (error instanceof ApiError && (error.status === 404 || error.status >= 500))
			return { status: null, leader: null };
		if (error instanceof UnreachableError) return { status: null, leader: null };
		throw error;
	}
}

async function explain(access: ClusterAccess, holder: string): Promise<string> {
	const pods = await watchdogPods(access);
	const { namespace } = access;
	if (pods.length === 0) return `there is no watchdog in namespace ${namespace}; is the stack up? (npm run up)`;
	const running = pods.filter((pod) => pod.status?.phase === "Running").length;
	const said = holder === "" ? "no watchdog leads" : `${holder} leads but does not answer`;
	return `${said}; ${running} of ${pods.length} watchdogs run in namespace ${namespace} (kubectl -n ${namespace} get pods)`;
}
