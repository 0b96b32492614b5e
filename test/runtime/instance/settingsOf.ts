/** Settings of a database as the components write them, with the parts that a test cares for changed. */
export function settingsOf({ netTimeout = 2000, members = 3, managed = true }) {
	const seconds = (count: number) => count * 1000;
	return {
		cluster: "mysql",
		namespace: "mysql",
		site: "dev",
		region: "local-1",
		zones: ["zone-a", "zone-b", "zone-c"],
		members,
		schema: "app",
		clusterDomain: "cluster.local",
		memory: 640 * 2 ** 20,
		credentialsManaged: managed,
		tlsManaged: managed,
		contacts: [],
		plan: {
			tier: "critical",
			objectives: { tier: "critical", scenarios: {} },
			topology: { instances: 3, zones: ["zone-a", "zone-b", "zone-c"], acks: 1 },
			failover: {
				probePeriod: 250,
				probeTimeout: seconds(1),
				confirmations: 2,
				leaseDuration: seconds(3),
				leaseRenewPeriod: 500,
				stallLimit: seconds(4),
				holdOff: seconds(60),
				catchUpLimit: seconds(60),
				drainLimit: seconds(10),
			},
			replication: { heartbeat: 500, netTimeout, connectRetry: seconds(1), applierWorkers: 4 },
			backup: { timezone: "UTC", archiveFlushInterval: seconds(5) },
			snapshots: {},
			validation: {},
			drills: {},
		},
	};
}
