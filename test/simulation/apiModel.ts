/** The API server: Lease and record with compare and swap, the endpoint, labels. Answers can be lost after the effect. */
import type { V1Lease } from "@kubernetes/client-node";
import type { ClusterStore } from "../../runtime/failover/clusterStore.ts";
import type { PauseOrder } from "../../runtime/failover/pause.ts";
import type { ClusterRecord, Request } from "../../runtime/failover/record.ts";
import type { Process } from "./watchdogProcess.ts";
import type { World } from "./world.ts";

const deadlineMs = 2000;

export class Api {
	readonly #world: World;
	record: ClusterRecord | null = null;
	/** Sent and not there yet: what hangs in the network is carried out when it arrives. */
	readonly underWay = new Set<ClusterRecord>();
	request: Request | null = null;
	pause: PauseOrder | null = null;
	published: string | null = null;
	lease: V1Lease | null = null;
	readonly labels = new Map<string, string>();
	readonly reads = new Map<string, string>();
	/** How likely it is that an answer is lost. */
	forgetful = 0;
	/** Whether a save is refused when the record is no longer the one that was read. */
	comparing = true;
	#versions = 0;
	#recordVersion: string | null = null;
	#publishedVersion = 0;

	constructor(world: World) {
		this.#world = world;
	}

	store(process: Process): ClusterStore {
		const ask = <T>(what: string, work: () => T) => this.ask(process, what, work);
		return {
			readRecord: () => ask("reading the record", () => ({ record: this.record, version: this.#recordVersion })),
			saveRecord: (record, version) => {
				const askedAt = this.#world.clock.now();
				this.underWay.add(record);
				return ask("saving the record", () => {
					this.underWay.delete(record);
					if (this.comparing && version !== this.#recordVersion) throw new Error("conflict: the record was changed");
					this.#world.watch.recorded(this.record, record, askedAt);
					this.record = record;
					this.#recordVersion = this.#version();
					return { record, version: this.#recordVersion };
				});
			},
			readPause: () => ask("reading the pause", () => this.pause),
			readDamage: async () => null,
			sayDamage: async () => {},
			readRequest: () => ask("reading the request", () => this.request),
			readPublished: () => ask("reading the endpoint", () => this.published),
			publish: async (name, address) => {
				const version = await ask("reading the endpoint", () => this.#publishedVersion);
				await ask("moving the endpoint", () => {
					if (version !== this.#publishedVersion) throw new Error("conflict: the endpoint was changed");
					this.#publishedVersion += 1;
					this.published = address;
					this.#world.note(`endpoint points to ${name}`);
				});
			},
			label: (name, role) => ask("labelling", () => void this.labels.set(name, role)),
			markReads: async (name, serves) => void this.reads.set(name, String(serves)),
			lease: {
				read: () => ask("reading the lease", () => this.lease),
				write: (lease) =>
					ask("writing the lease", () => {
						if (lease.metadata?.resourceVersion !== this.lease?.metadata?.resourceVersion) throw new Error("conflict");
						const holder = lease.spec?.holderIdentity ?? "";
						if (holder !== this.lease?.spec?.holderIdentity) this.#world.note(`lease: ${holder || "vacant"}`);
						this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: this.#version() } };
						return this.lease;
					}),
			},
		};
	}

	/** Sent, carried out where it arrives, and answered. */
	ask<T>(process: Process, what: string, work: () => T): Promise<T> {
		const { network, random } = this.#world;
		return process.call<T>(`Kubernetes API: ${what}`, deadlineMs, (answer) =>
			network.send(process.name, "api", () => {
				let error: unknown = null;
				let value: T | undefined;
				try {
					value = work();
				} catch (thrown) {
					error = thrown;
				}
				if (this.forgetful > 0 && random.next() < this.forgetful) return;
				network.send("api", process.name, () => answer(error, value));
			}),
		);
	}

	#version(): string {
		this.#versions += 1;
		return String(this.#versions);
	}
}
