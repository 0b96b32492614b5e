/** A bucket in memory, for tests that damage what lies in it. */
import type { ObjectFacts, ObjectStore } from "../../../runtime/store/objectStore.ts";

export interface MemoryStore extends ObjectStore {
	readonly objects: Map<string, Buffer>;
}

export function memoryStore(name: string, objects: Map<string, Buffer> = new Map()): MemoryStore {
	const facts = (key: string, body: Buffer): ObjectFacts => ({ key, size: body.length, modifiedAt: new Date(0) });
	return {
		name,
		objects,
		put: async (key, body, how) => {
			if (how === "once" && objects.has(key)) return "present";
			objects.set(key, Buffer.from(body));
			return "written";
		},
		get: async (key) => objects.get(key) ?? null,
		getRange: async (key, offset, length) => objects.get(key)?.subarray(offset, offset + length) ?? null,
		head: async (key) => {
			const body = objects.get(key);
			return body === undefined ? null : facts(key, body);
		},
		async *list(prefix, { after = "" } = {}) {
			for (const key of [...objects.keys()].sort()) {
				if (key.startsWith(prefix) && key > after) yield facts(key, objects.get(key) as Buffer);
			}
		},
		remove: async (key) => objects.delete(key),
	};
}
