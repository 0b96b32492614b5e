/** One process: its clock, its connections to MySQL and its calls of the API. A stopped one gets nothing until it goes on. */
import type { Clock } from "../../runtime/failover/clock.ts";
import { type Connect, DeadlineError, probe, type Session } from "../../runtime/mysql/session.ts";
import type { Rows } from "./readingModel.ts";
import { execute, newSession } from "./sqlModel.ts";
import type { World } from "./world.ts";

export class Process {
	readonly name: string;
	readonly world: World;
	#stopped = false;
	/** Its wall clock may be wrong; each process has its own. */
	#wallAheadMs = Date.UTC(2026, 0);
	#inbox: (() => void)[] = [];

	constructor(name: string, world: World) {
		this.name = name;
		this.world = world;
	}

	get stopped(): boolean {
		return this.#stopped;
	}

	step(ms: number): void {
		this.#wallAheadMs += ms;
	}

	stop(stopped: boolean): void {
		this.#stopped = stopped;
		if (stopped) return;
		for (const work of this.#inbox.splice(0)) this.arrive(work);
	}

	arrive(work: () => void): void {
		if (this.#stopped) {
			this.#inbox.push(work);
			return;
		}
		this.world.clock.promised();
		work();
	}

	readonly clock: Clock = {
		now: () => this.world.clock.now(),
		wall: () => this.world.clock.now() + this.#wallAheadMs,
		sleep: (ms, stop) => {
			if (ms <= 0 || stop?.aborted) return Promise.resolve();
			return new Promise((resolve) => {
				const timer = this.world.clock.after(ms, () => this.arrive(resolve));
				// Only a wake-up: what never stops needs no listener.
				if (stop !== undefined && stop !== this.world.never) {
					stop.onabort = () => {
						timer.cancelled = true;
						resolve();
					};
				}
			});
		},
	};

	/** `ask` is carried out where it arrives; without an answer in time: a DeadlineError and `abandon`. */
	call<T>(
		what: string,
		ms: number,
		ask: (answer: (error: unknown, value?: T) => void) => void,
		abandon = () => {},
	): Promise<T> {
		return new Promise<T>((resolve, reject) => {
			const timer = this.world.clock.after(ms, () =>
				this.arrive(() => {
					if (timer.cancelled) return;
					timer.cancelled = true;
					abandon();
					reject(new DeadlineError(`${what}: no answer within ${Math.round(ms)} ms`));
				}),
			);
			ask((error, value) =>
				this.arrive(() => {
					// The answer was there first, even if the process could not look at it.
					timer.cancelled = true;
					if (error === null) resolve(value as T);
					else reject(error);
				}),
			);
		});
	}

	readonly connect: Connect = async (target, { purpose }, deadlineMs) => {
		const { world } = this;
		const own = world.mysql(target.name);
		const boot = await this.call<number>(`${target.name}: connecting`, deadlineMs, (answer) =>
			world.network.send(this.name, target.name, () => {
				const back = (error: unknown, value?: number) =>
					world.network.send(target.name, this.name, () => answer(error, value));
				if (!own.up) back(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
				else own.arrive(() => back(null, own.boot));
			}),
		);
		return this.#session(target.name, boot, purpose === probe);
	};

	#session(name: string, boot: number, probes: boolean): Session {
		const { world } = this;
		const own = world.mysql(name);
		const state = newSession(probes);
		const id = world.newConnection();
		let closed = false;
		let open: ((error: unknown) => void)[] = [];
		const hangUp = () =>
			world.network.send(name, this.name, () => {
				closed = true;
				for (const answer of open.splice(0)) answer(reset());
			});
		if (boot === own.boot && own.up) {
			own.sessions.add(hangUp);
			state.hangUp = hangUp;
			own.states.set(id, state);
		}
		let queue: (() => void)[] = [];
		let left = false;
		const next = () => {
			queue.shift();
			queue[0]?.();
			if (left && queue.length === 0) own.states.delete(id);
		};
		const serve = (sql: string, back: (error: unknown, rows?: Rows) => void) => {
			if (boot !== own.boot || !own.up || state.killed) {
				queue = [];
				return back(reset());
			}
			queue.push(() =>
				execute(own, state, sql, (error, rows) => {
					back(error, rows);
					next();
				}),
			);
			if (queue.length === 1) queue[0]?.();
		};
		return {
			get closed() {
				return closed;
			},
			close: () => {
				closed = true;
				own.sessions.delete(hangUp);
				// After what was sent before; what is being done then is finished first.
				world.network.send(this.name, name, () => {
					left = true;
					if (queue.length === 0) own.states.delete(id);
				});
			},
			run: (sql, deadlineMs) => {
				if (closed) return Promise.reject(new Error(`${name}: the connection is closed`));
				const isReading = sql.startsWith("SELECT @@");
				const shown = isReading ? "SELECT" : sql.trim().split(/\s+/).slice(0, 3).join(" ");
				if (!isReading) world.note(`${this.name} asks ${name}: ${shown}`);
				const close = () => {
					closed = true;
				};
				return this.call<Rows>(
					`${name}: ${shown}`,
					deadlineMs,
					(answer) => {
						open.push(answer);
						world.network.send(this.name, name, () => {
							const back = (error: unknown, rows?: Rows) =>
								world.network.send(name, this.name, () => {
									if ((error as { fatal?: boolean } | null)?.fatal) closed = true;
									open = open.filter((a) => a !== answer);
									answer(error, rows);
								});
							if (!own.up) serve(sql, back);
							else own.arrive(() => serve(sql, back));
						});
					},
					close,
				);
			},
		};
	}
}

const reset = () => Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", fatal: true });
