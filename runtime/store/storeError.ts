/** What a store did not do, in one line: the store, the call, the reason. */

/**
 * The SDKs' own errors stay out of it: they carry the request with its headers, and with them tokens. Whether a write that
 * failed took effect is not known; the same call may be made again.
 */
export class StoreError extends Error {
	override readonly name = "StoreError";
	/** HTTP status; undefined where there was no answer. */
	readonly status: number | undefined;

	constructor(store: string, call: string, reason: string, status?: number) {
		super(`store ${store}: ${call}: ${reason}`);
		this.status = status;
	}
}

export interface StoreCall {
	readonly store: string;
	/** As it is to be read in an error: "put backups/shop/1.json". */
	readonly call: string;
	readonly deadlineMs: number;
}

/**
 * @param work is told by the signal when its time is over; it is not waited for then, whatever it does. It may set the whole
 * time anew, when it knows how much is to come
 * @throws StoreError for every failure
 */
export async function storeCall<T>(
	{ store, call, deadlineMs }: StoreCall,
	work: (signal: AbortSignal, within: (ms: number) => void) => Promise<T>,
): Promise<T> {
	const given = new AbortController();
	const over = Promise.withResolvers<never>();
	let timer: NodeJS.Timeout | undefined;
	const within = (ms: number) => {
		clearTimeout(timer);
		timer = setTimeout(() => {
			over.reject(new StoreError(store, call, `no answer within ${ms / 1000} s`));
			given.abort();
		}, ms);
	};
	within(deadlineMs);
	try {
		return await Promise.race([work(given.signal, within), over.promise]);
	} catch (error) {
		throw error instanceof StoreError ? error : new StoreError(store, call, reasonOf(error), statusOf(error));
	} finally {
		clearTimeout(timer);
	}
}

interface SdkError {
	readonly message?: string;
	readonly name?: string;
	/** Amazon's. */
	readonly $metadata?: { readonly httpStatusCode?: number };
	/** Google's: HTTP status, or the name of what failed below HTTP. */
	readonly code?: number | string;
	readonly errors?: readonly unknown[];
}

/** HTTP status of what an SDK threw. */
export function statusOf(error: unknown): number | undefined {
	if (error instanceof StoreError) return error.status;
	const { $metadata, code } = (error ?? {}) as SdkError;
	if ($metadata?.httpStatusCode !== undefined) return $metadata.httpStatusCode;
	const status = Number(code);
	return status >= 100 && status < 600 ? status : undefined;
}

const longestReason = 500;

/** Of several attempts to connect (IPv4, IPv6) Node.js makes one error without a text. */
function reasonOf(error: unknown): string {
	const { name = "", message = "", code, errors } = (error ?? {}) as SdkError;
	if (message === "" && errors !== undefined && errors.length > 0) return reasonOf(errors[0]);
	// What Amazon's SDK says of an answer without a body, as those to HEAD are: the status is all that is known.
	const status = message === "UnknownError" ? statusOf(error) : undefined;
	if (status !== undefined) return `HTTP status ${status}`;
	const text = message === "" ? String(code ?? error) : message;
	const kind = name === "" || name === "Error" || text.includes(name) ? "" : `${name}: `;
	return `${kind}${text}`.replaceAll(/\s*\n\s*/g, " ").slice(0, longestReason);
}
