/** The few requests that a store needs to be ready for use, signed as S3 wants it (signature version 4). */
import { createHash, createHmac } from "node:crypto";

export interface StoreCredentials {
	readonly accessKey: string;
	readonly secretKey: string;
}

export interface S3Request {
	readonly method: "GET" | "PUT" | "HEAD";
	/** Path with the leading slash: "/bucket". */
	readonly path: string;
	/** "versioning" for a sub-resource. */
	readonly query?: string;
	readonly body?: string;
}

export interface S3Answer {
	readonly status: number;
	readonly text: string;
}

/** Milliseconds. */
const patience = 5000;

export async function s3(
	endpoint: string,
	region: string,
	credentials: StoreCredentials,
	asked: S3Request,
): Promise<S3Answer> {
	const url = new URL(asked.path, endpoint);
	url.search = asked.query ? `?${asked.query}=` : "";
	const response = await fetch(url, {
		method: asked.method,
		headers: sign(url, region, credentials, asked, new Date()),
		...(asked.body === undefined ? {} : { body: asked.body }),
		signal: AbortSignal.timeout(patience),
	});
	return { status: response.status, text: await response.text() };
}

/** The headers of a signed request (AWS documentation, "Create a signed AWS API request"). */
export function sign(
	url: URL,
	region: string,
	{ accessKey, secretKey }: StoreCredentials,
	{ method, body = "" }: S3Request,
	at: Date,
): Record<string, string> {
	const time = at.toISOString().replaceAll(/[-:]|\.\d+/g, "");
	const day = time.slice(0, 8);
	const payload = sha256(body);
	const headers = `host:${url.host}\nx-amz-content-sha256:${payload}\nx-amz-date:${time}\n`;
	const signed = "host;x-amz-content-sha256;x-amz-date";
	const canonical = [method, url.pathname, url.search.slice(1), headers, signed, payload].join("\n");
	const scope = `${day}/${region}/s3/aws4_request`;
	const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
	const key = [day, region, "s3", "aws4_request"].reduce<Buffer | string>(
		(secret, part) => hmac(secret, part),
		`AWS4${secretKey}`,
	);
	return {
		"x-amz-content-sha256": payload,
		"x-amz-date": time,
		authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=${signed}, Signature=${hmac(key, text).toString("hex")}`,
	};
}

function sha256(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer | string, text: string): Buffer {
	return createHmac("sha256", key).update(text).digest();
}
