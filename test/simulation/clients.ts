/** Clients: each writes numbers that nobody else writes. Most go where the endpoint points, some stay where they were. */
import type { World } from "./world.ts";

const patienceMs = 3000;

export class Client {
	readonly #world: World;
	/** Null: follows the endpoint. Otherwise it never leaves this instance. */
	readonly #sticky: string | null;
	/** When its last write was acknowledged. */
	heardAt = Number.NEGATIVE_INFINITY;

	constructor(world: World, sticky: string | null) {
		this.#world = world;
		this.#sticky = sticky;
	}

	get follows(): boolean {
		return this.#sticky === null;
	}

	write(): void {
		const { api, clock, network, random, watch } = this.#world;
		const name = this.#sticky ?? this.#world.named(api.published);
		const again = (ms: number) => clock.after(random.between(ms / 2, ms), () => this.write());
		if (name === null) return void again(200);
		const id = watch.newWrite();
		const instance = this.#world.mysql(name);
		let open = true;
		const finish = (ms: number) => {
			open = false;
			again(ms);
		};
		clock.after(patienceMs, () => open && finish(100));
		network.send("clients", name, () => {
			const back = (answer: string) =>
				network.send(name, "clients", () => {
					if (!open) return;
					if (answer !== "done") return finish(200);
					this.heardAt = clock.now();
					watch.acknowledged(id, name);
					finish(150);
				});
			if (!instance.up) return back("refused");
			instance.arrive(() => instance.write(id, back));
		});
	}
}
