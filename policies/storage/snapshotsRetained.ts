import { resourceRule, texts } from "../frame/rule.ts";
import { kinds } from "../kubernetes/kinds.ts";

export const snapshotsRetained = resourceRule({
	name: "snapshots-retained",
	family: "storage",
	what: "Snapshots of volumes outlive the objects that stand for them in the cluster.",
	why: {
		reason:
			"With Delete a snapshot goes with its VolumeSnapshot, and so with the namespace: of all that is there to bring the data back, the same command deletes the data and the newest copy.",
		source: "https://kubernetes.io/docs/concepts/storage/volume-snapshot-classes/#deletionpolicy",
	},
	fix: "Set deletionPolicy: Retain; remediation does. Classes of snapshots of something else are excepted by name.",
	severity: "high",
	config: {
		except: texts("Names of VolumeSnapshotClasses whose snapshots may go."),
	},
	of: kinds("VolumeSnapshotClass", "VolumeSnapshotContent"),
	*judge({ name, props, type }, { except }) {
		const setting = type.endsWith("Content") ? "spec.deletionPolicy" : "deletionPolicy";
		const value = type.endsWith("Content") ? props.spec?.deletionPolicy : props.deletionPolicy;
		if (value === "Retain" || except.includes(props.metadata?.name ?? name)) return;
		yield { setting, value, remedy: "set Retain: the snapshots go with their objects", mend: "Retain" };
	},
});
