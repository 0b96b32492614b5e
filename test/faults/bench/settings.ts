/** What the stack would declare of a critical database on three zones. */
import { duration, forecast, objectives, plan } from "../../../objectives/index.ts";
import type { Settings } from "../../../objectives/settings.ts";
import type { SiteFacts } from "../../../objectives/site.ts";
import { bytes, size } from "../../../objectives/size.ts";
import { zones } from "./addresses.ts";
import { namespace } from "./controlPlane.ts";

const site: SiteFacts = {
	name: "faults",
	region: "local-1",
	zones: [...zones],
	volume: bytes(0),
	stores: [],
	timezone: "UTC",
	snapshots: false,
};

const promised = objectives("critical");
const declared = plan(promised, site);
/** Rows follow each other sooner than failures do. */
const holdOff = duration("10s");
const volumes = { ...declared.volumes, holdOff: duration("1s") };

export const settings: Settings = {
	cluster: "mysql",
	namespace,
	site: site.name,
	region: site.region,
	zones: site.zones,
	members: 3,
	schema: "app",
	clusterDomain: "cluster.local",
	memory: size("640Mi"),
	credentialsManaged: true,
	credentialsSecret: "mysql-credentials",
	tlsManaged: true,
	tlsSecret: "mysql-tls",
	plan: { ...declared, failover: { ...declared.failover, holdOff }, volumes },
	contacts: [],
	stores: [],
	backup: { keySecret: "mysql-backup-key", keyManaged: true, scratchBytes: size("1Gi"), checks: [] },
	// The kind is there in those rows alone that are about snapshots.
	snapshots: { snapshotClass: "played" },
};

const predicted = forecast(settings.plan, { ...site, volume: size("1Gi") });

/** Seconds that writes may be down: what the forecast says of the scenario, the same sum that the promise is made of. */
export const budget = (scenario: "pod" | "node" | "zone"): number => predicted[scenario].rto.seconds;
