import type { Declared } from "../frame/declared.ts";
import { each } from "../frame/notKnown.ts";
import { type Finding, hidden, resourceRule } from "../frame/rule.ts";
import { kindOf } from "../kubernetes/kinds.ts";
import { allContainersOf, type ContainerAt, hasPods, type Probe, podsOf } from "../kubernetes/pod.ts";
import { configMapTexts } from "./configMapTexts.ts";
import { holdsPlainSecret, isPlainSecret } from "./plainText.ts";

const isConfigMap = (type: string) => type.startsWith("kubernetes:") && kindOf(type) === "ConfigMap";
const remedy = "put it into a Secret, and mount that as a file";

/** Of all pods and ConfigMaps, not of MySQL's alone: the password of a database is as often at its clients. */
export const noPlainSecrets = resourceRule({
	name: "no-plain-secrets",
	family: "secrets",
	what: "No password is in a pod's environment or arguments, or in a ConfigMap, as it is.",
	why: {
		reason:
			"Whoever may look at pods or ConfigMaps reads it, and so does every log, state and diff that shows them. Rights on Secrets, and their encryption, guard it in no such place.",
		source: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
	},
	fix: "Put it into a Secret (made in the cluster, or by External Secrets), and mount that as a file; env by valueFrom.secretKeyRef where a program can do nothing else.",
	severity: "critical",
	of: (type) => hasPods(type) || isConfigMap(type),
	*judge(resource) {
		if (isConfigMap(resource.type)) yield* inConfigMap(resource);
		else yield* each(allContainersOf(podsOf(resource)), inContainer);
	},
});

function* inConfigMap(configMap: Declared): Generator<Finding> {
	yield* each(configMapTexts(configMap), function* ({ name, setting, text }): Generator<Finding> {
		const value = text();
		if (isPlainSecret(name, value) || holdsPlainSecret(value))
			yield { setting, value: hidden, remedy: "move it to a Secret" };
	});
}

function* inContainer({ container, path }: ContainerAt): Generator<Finding> {
	yield* each([() => inEnv(container.env ?? [], path), () => inCommands({ container, path })], (look) => look());
}

function* inEnv(env: NonNullable<ContainerAt["container"]["env"]>, path: string): Generator<Finding> {
	yield* each(env, function* ({ name = "", value }, n): Generator<Finding> {
		if (value === undefined || !(isPlainSecret(name, value) || holdsPlainSecret(value))) return;
		yield { setting: `${path}.env[${n}] (${name})`, value: hidden, remedy };
	});
}

function* inCommands({ container, path }: ContainerAt): Generator<Finding> {
	const probes = ["readinessProbe", "livenessProbe", "startupProbe"] as const;
	const places: readonly (readonly [string, () => readonly string[] | undefined])[] = [
		["command", () => container.command],
		["args", () => container.args],
		...probes.map(
			(name) => [`${name}.exec.command`, () => (container[name] as Probe | undefined)?.exec?.command] as const,
		),
		...(["postStart", "preStop"] as const).map(
			(name) => [`lifecycle.${name}.exec.command`, () => container.lifecycle?.[name]?.exec?.command] as const,
		),
	];
	yield* each(places, function* ([name, words]): Generator<Finding> {
		if (holdsPlainSecret((words() ?? []).join(" "))) yield { setting: `${path}.${name}`, value: hidden, remedy };
	});
}
