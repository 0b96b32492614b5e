/** Whether whoever is at the desk may do what a command is about to do, asked before anything is changed. */
import type { V1SelfSubjectAccessReview } from "@kubernetes/client-node";
import type { Api } from "./api.ts";

export interface Right {
	readonly verb: "get" | "list" | "create" | "patch" | "delete";
	/** The API group; "" is Kubernetes' own. */
	readonly group: string;
	readonly resource: string;
	/** Default: in the whole cluster. */
	readonly namespace?: string;
}

const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/** @returns those that are lacking, in words: `create namespaces`, `patch volumesnapshots.snapshot.storage.k8s.io in mysql` */
export async function lackingRights(api: Api, rights: readonly Right[]): Promise<string[]> {
	const asked = await Promise.all(rights.map(async (right) => ((await allowed(api, right)) ? [] : [inWords(right)])));
	return asked.flat();
}

async function allowed(api: Api, { verb, group, resource, namespace }: Right): Promise<boolean> {
	const resourceAttributes = { verb, group, resource, ...(namespace === undefined ? {} : { namespace }) };
	const body: V1SelfSubjectAccessReview = {
		apiVersion: "authorization.k8s.io/v1",
		kind: "SelfSubjectAccessReview",
		spec: { resourceAttributes },
	};
	const { status } = await api.json<V1SelfSubjectAccessReview>(path, { method: "POST", body });
	return status?.allowed === true;
}

function inWords({ verb, group, resource, namespace }: Right): string {
	const what = group === "" ? resource : `${resource}.${group}`;
	return `${verb} ${what}${namespace === undefined ? "" : ` in ${namespace}`}`;
}
