/** What an import was asked for, without a secret: a ConfigMap, so that its later commands need not be told again. */
import { z } from "zod";

const schema = z.object({
	host: z.string().min(1),
	port: z.number().int().min(1).max(65535),
	user: z.string().min(1),
	tls: z.enum(["required", "verify-ca", "off"]),
	schemas: z.array(z.string().min(1)).readonly().nullable(),
	withAccounts: z.boolean(),
	accept: z.array(z.string()).readonly(),
	serverIds: z.array(z.number()),
	freeBytes: z.number().nullable(),
	/** Name of the target's primary that its certificate carries. */
	primary: z.string().min(1),
});

export type ImportRequest = z.infer<typeof schema>;

export const parseRequest = (text: string): ImportRequest => schema.parse(JSON.parse(text));

/** Of the ConfigMap and of the Secret. */
export const importName = "mysql-import";
export const requestKey = "request.json";
/** Of what came out, once it is over. */
export const resultKey = "result.json";

/** Keys of the Secret. */
export const secretKeys = { source: "sourcePassword", target: "targetPassword", ca: "source-ca.crt" } as const;

/** Where the worker's pod mounts them. */
export const workerPaths = {
	request: "/etc/mysql-dr/import/request.json",
	secrets: "/etc/mysql-dr/import-secrets",
	ca: "/etc/mysql-dr/tls/ca.crt",
} as const;

/** Where the source's certificate authority is put for the primary's mysqld. */
export const channelCaFile = "/run/mysql-dr/import-ca.crt";
