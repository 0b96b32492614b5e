import { serverRule } from "../kubernetes/serverRule.ts";

export const dataOnVolumes = serverRule({
	name: "data-on-volumes",
	family: "storage",
	what: "The data of a MySQL server lie on a volume of a claim.",
	why: {
		reason:
			"What is written to the container or to an emptyDir goes with the pod, and a hostPath stays on a node that the next pod may not be on.",
		source: "https://kubernetes.io/docs/concepts/storage/volumes/#emptydir",
	},
	fix: "Mount a volume of a volumeClaimTemplate or of a PersistentVolumeClaim where the data directory is.",
	severity: "critical",
	*judge({ resource, server: { container, path }, spec, path: podPath }) {
		const mounts = container.volumeMounts ?? [];
		const templates: readonly { metadata?: { name?: string } }[] = resource.props.spec?.volumeClaimTemplates ?? [];
		const lasting = new Set([
			...templates.map(({ metadata }) => metadata?.name),
			...(spec.volumes ?? [])
				.filter(({ persistentVolumeClaim, csi }) => persistentVolumeClaim ?? csi)
				.map(({ name }) => name),
		]);
		if (mounts.some(({ name }) => lasting.has(name))) return;
		const at = mounts.find(({ mountPath = "" }) => /mysql|mariadb|percona/.test(mountPath));
		const index = (spec.volumes ?? []).findIndex(({ name }) => name === at?.name);
		const remedy = "mount a volume of a claim: the data go with the pod";
		if (index < 0) yield { setting: `${path}.volumeMounts`, value: container.volumeMounts, remedy };
		else {
			const kind = Object.keys(spec.volumes?.[index] ?? {}).find((name) => name !== "name");
			yield { setting: `${podPath}.volumes[${index}]`, value: kind, remedy };
		}
	},
});
