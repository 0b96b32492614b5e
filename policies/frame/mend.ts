/** Remediation: a finding's own remedy, written into the resource. */

/** Keys of a setting's path: `a.b[0]["c.d/e"]` to `a`, `b`, `0`, `c.d/e`. */
export function keysOf(setting: string): string[] {
	return [...setting.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
		(part) => part[1] ?? part[2] ?? part[3] ?? "",
	);
}

/** One key of a path, as {@link keysOf} reads it: `.name`, or `["app.kubernetes.io/name"]`. */
export function key(name: string): string {
	return /^[\w-]+$/.test(name) ? `.${name}` : `["${name}"]`;
}

/**
 * Writes `value` at the setting, in place: only so do the engine's own proxies keep what is secret a secret.
 */
export function write(props: Record<string, unknown>, setting: string, value: unknown): void {
	const keys = keysOf(setting);
	const last = keys.pop();
	if (last === undefined) throw new RangeError("a setting has a path");
	let place: Record<string, unknown> = props;
	for (const name of keys) {
		place[name] ??= {};
		place = place[name] as Record<string, unknown>;
	}
	place[last] = value;
}
