/** What CrossGuard hands to a remediation, without what it wraps around it. */
import { Secret } from "@pulumi/policy";

/**
 * What a remediation is given, as plain values to judge: the proxies around it keep secrets secret, and cannot be enumerated
 * as arrays are (@pulumi/policy 1.21, secret.js).
 */
export function plain(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	const target = (value as { readonly __getSpecialProxyTarget?: object }).__getSpecialProxyTarget ?? value;
	if (target instanceof Secret) return plain(target.value);
	if (Array.isArray(target)) return target.map(plain);
	return Object.fromEntries(Object.entries(target).map(([key, inner]) => [key, plain(inner)]));
}
