/**
 * The StatefulSet's controller and the kubelets, for the rows in which pods are deleted: what is marked for deletion is
 * ended as its pod would be, and comes back as a pod of the newest revision.
 */
import { AppsV1Api, PatchStrategy, setHeaderOptions, type V1Pod } from "@kubernetes/client-node";
import { until } from "../../../local/site/waiting.ts";
import { isReady } from "../../../runtime/failover/podFacts.ts";
import type { Bench } from "./bench.ts";
import { createPod, labels, namespace } from "./controlPlane.ts";
import type { DatabaseInstance } from "./instance.ts";

const name = "mysql";
const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
const revisionLabel = "controller-revision-hash";
const revisionOf = ({ metadata }: V1Pod) => metadata?.labels?.[revisionLabel];
/** Between two looks. */
const periodMs = 50;

export class Kubelet {
	readonly #bench: Bench;
	readonly #apps: AppsV1Api;
	readonly #stop = new AbortController();
	readonly #between: (instance: DatabaseInstance) => Promise<void>;
	#revision = "mysql-1";
	#running: Promise<void> = Promise.resolve();
	/** Whose pods are being made anew: their containers are not there yet. */
	readonly making = new Set<string>();
	/** The pods in the order in which they were ended. */
	readonly ended: string[] = [];
	/** What may not be. */
	readonly faults: string[] = [];
	/** Several may be taken away at once: none of them is of use. */
	together = false;

	private constructor(bench: Bench, between: (instance: DatabaseInstance) => Promise<void>) {
		this.#bench = bench;
		this.#between = between;
		this.#apps = bench.config.makeApiClient(AppsV1Api);
	}

	/**
	 * Declares the StatefulSet that the pods belong to.
	 * @param between done when a pod is gone and before the next one of its name is there
	 */
	static async begin(
		bench: Bench,
		between: (instance: DatabaseInstance) => Promise<void> = async () => {},
	): Promise<Kubelet> {
		const kubelet = new Kubelet(bench, between);
		await kubelet.#declare();
		kubelet.#running = kubelet.#work().catch((error: Error) => void kubelet.faults.push(`kubelet: ${error.message}`));
		return kubelet;
	}

	async #declare(): Promise<void> {
		const own = { ...labels, "app.kubernetes.io/component": "database" };
		const template = { metadata: { labels: own }, spec: { containers: [{ name: "mysql", image: "faults" }] } };
		const updateStrategy = { type: "OnDelete" };
		const spec = { replicas: 3, serviceName: name, selector: { matchLabels: own }, updateStrategy, template };
		await this.#apps.createNamespacedStatefulSet({ namespace, body: { metadata: { name }, spec } });
		const body = { metadata: { labels: { [revisionLabel]: this.#revision } } };
		for (const each of this.#bench.instances)
			await this.#bench.core.patchNamespacedPod({ name: each.name, namespace, body }, merge);
		await this.#tell();
	}

	/** As the controller does once it has looked at the newest template. */
	async #tell(): Promise<void> {
		const { metadata } = await this.#apps.readNamespacedStatefulSet({ name, namespace });
		const status = { replicas: 3, observedGeneration: metadata?.generation ?? 0, updateRevision: this.#revision };
		await this.#apps.patchNamespacedStatefulSetStatus({ name, namespace, body: { status } }, merge);
	}

	/** A new revision is wanted from now on. */
	async update(): Promise<void> {
		const change = { spec: { template: { spec: { containers: [{ name: "mysql", image: "faults:new" }] } } } };
		await this.#apps.patchNamespacedStatefulSet({ name, namespace, body: change }, merge);
		this.#revision = "mysql-2";
		await this.#tell();
	}

	/** Waits until every pod is of the newest revision, and ready. */
	async updated(seconds: number): Promise<void> {
		await until("every pod is updated", seconds, async () => {
			const pods = await this.#pods();
			return pods.length === 3 && pods.every((pod) => isReady(pod) && revisionOf(pod) === this.#revision);
		});
	}

	/** @throws Error that also tells what went wrong here, for which a row may have waited in vain */
	async during(work: () => Promise<void>): Promise<void> {
		const broken = await work().then(
			() => [],
			(error: Error) => [error.message],
		);
		const reasons = [...broken, ...this.faults];
		if (reasons.length > 0) throw new Error(reasons.join("; "));
	}

	async end(): Promise<void> {
		this.#stop.abort();
		await this.#running;
		// Nobody collects garbage here: the pods stay, and no finalizer waits for a collector.
		await this.#apps.deleteNamespacedStatefulSet({ name, namespace, propagationPolicy: "Background" });
	}

	async #pods() {
		const labelSelector = "app.kubernetes.io/component=database";
		return (await this.#bench.core.listNamespacedPod({ namespace, labelSelector })).items;
	}

	async #work(): Promise<void> {
		while (!this.#stop.signal.aborted) {
			const going = (await this.#pods()).filter(({ metadata }) => metadata?.deletionTimestamp !== undefined);
			const names = going.map(({ metadata }) => metadata?.name ?? "");
			if (names.length > 1 && !this.together) this.faults.push(`${names.join(" and ")} were taken away at once`);
			for (const each of names) {
				this.making.add(each);
				await this.#replace(this.#bench.instance(each));
				this.making.delete(each);
			}
			await new Promise((resolve) => setTimeout(resolve, periodMs));
		}
	}

	async #replace(instance: DatabaseInstance): Promise<void> {
		const { core } = this.#bench;
		this.ended.push(instance.name);
		await instance.leave();
		await core.deleteNamespacedPod({ name: instance.name, namespace, gracePeriodSeconds: 0 });
		await this.#between(instance);
		await createPod(core, instance.machine, "database", { [revisionLabel]: this.#revision }, false);
		await instance.boot();
		await until(`${instance.name} answers`, 60, () => instance.answers());
		const body = { status: { conditions: [{ type: "Ready", status: "True" }] } };
		await core.patchNamespacedPodStatus({ name: instance.name, namespace, body }, merge);
	}
}
