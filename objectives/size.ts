import { shown, UserError } from "./error.ts";

/** A number of whole bytes, never negative. */
export type Size = number & { readonly unit: "B" };

const binary = ["Ki", "Mi", "Gi", "Ti", "Pi"] as const;
const decimal = ["k", "M", "G", "T", "P"] as const;
const remedy = 'write a number and a unit, such as "10Gi" or "512Mi"';

/**
 * Reads a size as Kubernetes does (Ki, Mi, Gi, Ti, Pi; k, M, G, T, P; a text of digits alone is bytes): `10Gi`, `1.5Ti`.
 * @throws UserError (with an empty field) on anything else and on fractions of a byte.
 */
export function size(text: unknown): Size {
	if (typeof text !== "string") throw refused(text);
	const match = /^(\d+)(?:\.(\d+))?([KMGTP]i|[kMGTP])?$/.exec(text.trim());
	if (!match) throw refused(text);
	const [, whole = "", fraction = "", unit = ""] = match;
	const product = BigInt(whole + fraction) * factor(unit);
	const divisor = 10n ** BigInt(fraction.length);
	const bytes = product / divisor;
	if (product % divisor !== 0n || bytes > BigInt(Number.MAX_SAFE_INTEGER)) throw refused(text);
	return Number(bytes) as Size;
}

/** A size from a count of bytes that the program knows. */
export function bytes(count: number): Size {
	if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${count} is not a size`);
	return count as Size;
}

/** A Kubernetes quantity that {@link size} reads back to the same size: `10Gi`, `5G`, `1234567`. */
export function formatSize(amount: Size): string {
	if (amount === 0) return "0";
	for (const names of [binary, decimal])
		for (const name of [...names].reverse()) {
			const unit = Number(factor(name));
			if (amount % unit === 0) return `${amount / unit}${name}`;
		}
	return String(amount);
}

/**
 * Refuses to make a volume smaller: Kubernetes cannot, and the way round it would be a new, empty volume.
 * @param claim the field or claim that is changed, for the message
 * @throws UserError naming both sizes
 */
export function refuseShrink(claim: string, oldSize: Size, newSize: Size): void {
	if (newSize >= oldSize) return;
	throw new UserError({
		field: claim,
		value: formatSize(newSize),
		wrong: `${formatSize(newSize)} is smaller than the ${formatSize(oldSize)} that it has`,
		remedy: `a volume only grows: set ${formatSize(oldSize)} or more, or restore into a new database with the smaller volume`,
	});
}

function factor(unit: string): bigint {
	const power = (binary as readonly string[]).indexOf(unit) + 1;
	if (power > 0) return 1024n ** BigInt(power);
	return 1000n ** BigInt((decimal as readonly string[]).indexOf(unit) + 1);
}

function refused(value: unknown): UserError {
	return new UserError({
		field: "",
		value,
		wrong: `${shown(value)} is not a size`,
		remedy,
	});
}
