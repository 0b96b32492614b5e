/** Instances whose data are a snapshot's: what was acknowledged by then must have come to them before they count again. */
import type { ClusterRecord } from "../../runtime/failover/record.ts";
import type { Mysql } from "./mysqlModel.ts";
import type { World } from "./world.ts";

interface Restored {
	readonly uuid: string;
	/** The writes that had been acknowledged. */
	readonly before: readonly number[];
}

export class RestoredWatch {
	readonly #restored = new Map<string, Restored>();

	begin({ name, uuid }: Mysql, acknowledged: readonly number[]): void {
		this.#restored.set(name, { uuid, before: [...acknowledged] });
	}

	/** Those that count from this record on, each once. */
	counted(world: World, { uuids }: ClusterRecord): readonly { instance: Mysql; before: readonly number[] }[] {
		return [...this.#restored].flatMap(([name, { uuid, before }]) => {
			const instance = world.mysql(name);
			if (uuids[name] !== uuid || instance.uuid !== uuid) return [];
			this.#restored.delete(name);
			return [{ instance, before }];
		});
	}
}
