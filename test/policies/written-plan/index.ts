/** The plan as it was written (its YAML, crontab and scripts), declared without a change: what a policy must not let pass. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { backupScript, binaryLogs, fullBackup, hourlyBackup, integrityCheck, watchScript } from "./scripts.ts";

type PodSpec = k8s.types.input.core.v1.PodSpec;

const password = { MYSQL_ROOT_PASSWORD: "changeme-please" };

export default declarePlan;

/** @returns the stack's outputs */
async function declarePlan() {
	// Database: a primary and its replicas, apart if the scheduler likes.
	new k8s.core.v1.ConfigMap("mysql-config", { metadata: { name: "mysql-config" }, data: password });
	declareServer("mysql-primary", 1);
	declareServer("mysql-replica", 2);
	new k8s.core.v1.Service("mysql-service", service("mysql-service", { app: "mysql" }));

	// Backup: the crontab, and where it writes to.
	declareClaim("backup-storage");
	declareBackup("mysql-backup", "0 2 * * *", backupScript);
	declareBackup("mysql-full", "0 2 * * *", fullBackup);
	declareBackup("mysql-incremental", "0 * * * *", hourlyBackup);
	declareBackup("mysql-binlogs", "*/15 * * * *", binaryLogs);
	// Its calendar asks for restores each month; it gives no hour.
	declareBackup("mysql-backup-validation", "@monthly", integrityCheck);
	new Custom("aws:s3/bucket:Bucket", "mysql-backups", { bucket: "company-mysql-backups" });

	// Monitoring.
	new k8s.apiextensions.CustomResource("mysql-monitor", monitor);

	// Automated failover.
	declareFailover();
	return { mysqlRootPassword: password.MYSQL_ROOT_PASSWORD };
}

function declareServer(name: string, replicas: number) {
	const labels = { app: "mysql", role: name };
	const container = {
		name: "mysql",
		image: "mysql:8.0",
		ports: [{ containerPort: 3306 }],
		envFrom: [{ configMapRef: { name: "mysql-config" } }],
		volumeMounts: [{ name: "data", mountPath: "/var/lib/mysql" }],
	};
	const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } };
	new k8s.apps.v1.StatefulSet(name, {
		metadata: { name, labels },
		spec: {
			replicas,
			serviceName: name,
			selector: { matchLabels: labels },
			template: { metadata: { labels }, spec: { affinity: apart, containers: [container] } },
			volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }],
		},
	});
	new k8s.core.v1.Service(`${name}-service`, service(`${name}-service`, labels));
}

const apart: k8s.types.input.core.v1.Affinity = {
	podAntiAffinity: {
		preferredDuringSchedulingIgnoredDuringExecution: [
			{
				weight: 100,
				podAffinityTerm: {
					labelSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["mysql"] }] },
					topologyKey: "failure-domain.beta.kubernetes.io/zone",
				},
			},
		],
	},
};

function service(name: string, selector: Record<string, string>): k8s.core.v1.ServiceArgs {
	return { metadata: { name }, spec: { selector, ports: [{ name: "mysql", port: 3306 }] } };
}

function declareClaim(name: string) {
	const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } };
	new k8s.core.v1.PersistentVolumeClaim(name, { metadata: { name }, spec });
}

const rootPassword = {
	name: "MYSQL_ROOT_PASSWORD",
	valueFrom: { secretKeyRef: { name: "mysql-secret", key: "mysql-root-password" } },
};

function declareBackup(name: string, schedule: string, script: string) {
	const container = {
		name,
		image: "mysql:8.0",
		command: ["/bin/bash", "-c", script],
		env: [rootPassword],
		volumeMounts: [{ name: "backup-storage", mountPath: "/backup" }],
	};
	const spec: PodSpec = {
		restartPolicy: "Never",
		containers: [container],
		volumes: [{ name: "backup-storage", persistentVolumeClaim: { claimName: "backup-storage" } }],
	};
	new k8s.batch.v1.CronJob(name, {
		metadata: { name },
		spec: { schedule, jobTemplate: { spec: { template: { spec } } } },
	});
}

const monitor = {
	apiVersion: "monitoring.coreos.com/v1",
	kind: "ServiceMonitor",
	metadata: { name: "mysql-monitor" },
	spec: { selector: { matchLabels: { app: "mysql" } }, endpoints: [{ port: "metrics", interval: "30s" }] },
};

/** A pod alone, whose script points a Service to another pod; and the rights that one gives such a thing. */
function declareFailover() {
	const name = "mysql-failover";
	const container = {
		name,
		image: "company/mysql-kubectl:latest",
		command: ["/bin/bash", "-c", watchScript],
		env: [rootPassword],
	};
	new k8s.core.v1.ServiceAccount(name, { metadata: { name } });
	new k8s.core.v1.Pod(name, { metadata: { name }, spec: { serviceAccountName: name, containers: [container] } });
	const subjects = [{ kind: "ServiceAccount", name, namespace: "default" }];
	const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
	const rules = [
		{ apiGroups: [""], resources: ["services"], verbs: ["*"] },
		{ apiGroups: [""], resources: ["services", "pods"], verbs: ["get", "list", "patch"] },
	];
	new k8s.rbac.v1.ClusterRole(name, { metadata: { name }, rules });
	new k8s.rbac.v1.ClusterRoleBinding(name, { metadata: { name }, subjects, roleRef });
}

class Custom extends pulumi.CustomResource {}
