/** An import from the operator's desk: what its worker needs is put into the cluster, and taken away after it. */
import { randomBytes } from "node:crypto";
import type { V1Secret } from "@kubernetes/client-node";
import type { Settings } from "../../objectives/settings.ts";
import { FailedError, Refusal } from "../exit.ts";
import { serverId } from "../instance/myCnf.ts";
import { podPaths } from "../instance/place.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { orNull } from "../kubernetes/api.ts";
import { rootSql } from "../kubernetes/rootSql.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import {
	channelCaFile,
	type ImportRequest,
	importName,
	parseRequest,
	requestKey,
	resultKey,
	secretKeys,
} from "./request.ts";
import { dropImportAccountSql, importAccountSql } from "./targetAccount.ts";

/** What the operator says of the source, with the secrets read from files. */
export interface Wanted extends Omit<ImportRequest, "serverIds" | "freeBytes" | "primary"> {
	readonly password: string;
	readonly ca: string | null;
}

export interface Desk {
	readonly access: ClusterAccess;
	readonly settings: Settings;
}

/** @throws Refusal while there is no primary */
export async function primaryOf(access: ClusterAccess): Promise<string> {
	const { primary } = await leaderStatus(access);
	if (primary !== null) return primary;
	throw new Refusal("the target has no primary", "wait for it: mysql-dr status --wait-protected");
}

/** Writes request and passwords into the cluster and makes the import's account, which at first may read alone. */
export async function prepareWorker(desk: Desk, wanted: Wanted): Promise<void> {
	const { access, settings } = desk;
	const pod = await primaryOf(access);
	const { password, ca, ...asked } = wanted;
	const request: ImportRequest = {
		...asked,
		serverIds: Array.from({ length: settings.members }, (_, member) => serverId(member)),
		freeBytes: await freeBytes(access, pod),
		primary: `mysql-primary.${access.namespace}.svc.${settings.clusterDomain}`,
	};
	// A worker that is under way logs in by it.
	const kept = (await access.secret(importName))?.data?.[secretKeys.target];
	const own = kept === undefined ? randomBytes(24).toString("base64url") : Buffer.from(kept, "base64").toString("utf8");
	await writeSecret(access, { [secretKeys.source]: password, [secretKeys.target]: own, [secretKeys.ca]: ca ?? "" });
	await writeRequest(access, { [requestKey]: JSON.stringify(request) });
	await rootSql(access, settings, pod, importAccountSql(own, []));
}

/** For the work itself: the account may write to these schemas, and the primary's mysqld finds the source's authority. */
export async function prepareWork({ access, settings }: Desk, schemas: readonly string[]): Promise<void> {
	const pod = await primaryOf(access);
	const secret = await access.secret(importName);
	const text = (key: string) => Buffer.from(secret?.data?.[key] ?? "", "base64").toString("utf8");
	await rootSql(access, settings, pod, importAccountSql(text(secretKeys.target), schemas));
	const ca = text(secretKeys.ca);
	if (ca === "") return;
	const script = 'umask 077 && head -c "$1" >"$2"';
	const command = ["sh", "-c", script, "sh", String(Buffer.byteLength(ca)), channelCaFile];
	const { exitCode, stderr } = await access.run(pod, "mysql", command, 10_000, ca);
	if (exitCode !== 0) throw new FailedError(`${channelCaFile} could not be written in ${pod}: ${stderr.trim()}`);
}

/** The request that was made, and what came out of it. @throws FailedError where none was made */
export async function knownImport(access: ClusterAccess): Promise<{ request: ImportRequest; result: string | null }> {
	const data = (await access.configMap(importName))?.data;
	const text = data?.[requestKey];
	if (text === undefined) {
		throw new FailedError(`no import was begun in namespace ${access.namespace}; begin with mysql-dr import check`);
	}
	return { request: parseRequest(text), result: data?.[resultKey] ?? null };
}

/** Takes account and passwords away; what came out stays to be read. */
export async function putAway({ access, settings }: Desk, result: unknown): Promise<void> {
	await rootSql(access, settings, await primaryOf(access), dropImportAccountSql);
	await orNull(access.api.text(secretPath(access, importName), { method: "DELETE" }));
	const { request } = await knownImport(access);
	await writeRequest(access, { [requestKey]: JSON.stringify(request), [resultKey]: JSON.stringify(result) });
}

async function freeBytes(access: ClusterAccess, pod: string): Promise<number | null> {
	const { exitCode, stdout } = await access.run(pod, "mysql", ["df", "--output=avail", "-B1", podPaths.volume]);
	const bytes = Number(stdout.trim().split("\n").at(-1));
	return exitCode === 0 && Number.isFinite(bytes) ? bytes : null;
}

const labels = { "app.kubernetes.io/name": "mysql", "app.kubernetes.io/part-of": "mysql-dr" };

async function writeRequest(access: ClusterAccess, data: Record<string, string>): Promise<void> {
	const there = await access.configMap(importName);
	const metadata = there?.metadata ?? { name: importName, namespace: access.namespace, labels };
	await access.writeConfigMap({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
}

const secretPath = ({ namespace }: ClusterAccess, name = "") =>
	`/api/v1/namespaces/${namespace}/secrets${name && `/${name}`}`;

async function writeSecret(access: ClusterAccess, stringData: Record<string, string>): Promise<void> {
	const { api, namespace } = access;
	const body: V1Secret = {
		apiVersion: "v1",
		kind: "Secret",
		metadata: { name: importName, namespace, labels },
		type: "Opaque",
		stringData,
	};
	await orNull(api.text(secretPath(access, importName), { method: "DELETE" }));
	await api.text(secretPath(access), { method: "POST", body });
}
