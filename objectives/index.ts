export { annotationsOf, anyNameAnnotation, promiseAnnotations } from "./annotations.ts";
export { defaultArchiverMemory, defaultSpool, largestBinaryLog, leastSpool } from "./archiveRoom.ts";
export { type Cloud, type CloudConfig, clouds, multiRegionOf, type RegionPair } from "./cloud.ts";
export { parseConfig } from "./config.ts";
export { type Cron, cron } from "./cron.ts";
export { recordLifetime } from "./defaults.ts";
export { type Duration, duration, formatDuration, inSeconds, milliseconds } from "./duration.ts";
export { type Fault, shown, UserError } from "./error.ts";
export type { Evidence, MeasuredRate, MeasuredTerm, RateName } from "./evidence.ts";
export { type Forecast, forecast, type Measure, type Prediction, type Term } from "./forecast.ts";
export type {
	BackupSettings,
	DrillCalendar,
	FailoverSettings,
	Plan,
	PlanOverrides,
	ReplicationSettings,
	Retention,
	SnapshotSettings,
	Topology,
} from "./plan.ts";
export { plan } from "./planning.ts";
export {
	type Objective,
	type Objectives,
	objectives,
	type Scenario,
	type ScenarioMeaning,
	type StatedObjectives,
	scenarioMeanings,
	scenarios,
} from "./scenarios.ts";
export {
	type BackupFacilities,
	parseSettings,
	type Settings,
	type SettingsContact,
	type SqlCheck,
	type StoreSettings,
	settingsSchema,
} from "./settings.ts";
export type { SiteFacts, StandbyFacts, StoreFacts } from "./site.ts";
export { bytes, formatSize, refuseShrink, type Size, size } from "./size.ts";
export {
	type BackupConfig,
	type Contact,
	type DatabaseConfig,
	type DnsConfig,
	type EksConfig,
	type GkeConfig,
	type KubeconfigReference,
	type MadeStoresConfig,
	type SiteConfig,
	type StackConfig,
	type StorageConfig,
	type StoreConfig,
	siteFacts,
} from "./stack.ts";
export { atLeastAsStrict, weakened } from "./strictness.ts";
export { backupGap } from "./terms.ts";
export { type Tier, type TierPromise, tierPromises, tiers } from "./tiers.ts";
export { timezone } from "./timezone.ts";
