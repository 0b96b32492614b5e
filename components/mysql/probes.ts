/** How the kubelet asks an instance whether it lives: by a query, since a stopped mysqld still accepts connections. */
import type * as k8s from "@pulumi/kubernetes";

type Probe = k8s.types.input.core.v1.Probe;

/** The account and the socket come from a file in memory that the init container `prepare` wrote. */
const query: Probe = {
	exec: { command: ["mysql", "--defaults-file=/run/mysql-dr/probe.cnf", "-NBe", "SELECT 1"] },
};

/** An hour for crash recovery and for a clone to be made: a start is never cut short by impatience. */
export const startupProbe: Probe = { ...query, periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 3600 };

/** Only for the Services: who is primary is decided by the watchdog. */
export const readinessProbe: Probe = { ...query, periodSeconds: 3, timeoutSeconds: 2, failureThreshold: 2 };

/**
 * Two minutes of silence. Generous, because a restart throws away what a busy or a slow instance was doing, and
 * because the watchdog has moved the primary long before.
 */
export const livenessProbe: Probe = { ...query, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 12 };
