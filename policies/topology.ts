/** Family "topology": where the instances of a MySQL database run, and what keeps them running. */
import { disruptionBudget } from "./topology/disruptionBudget.ts";
import { gracePeriod } from "./topology/gracePeriod.ts";
import { guaranteed } from "./topology/guaranteed.ts";
import { probesQuery } from "./topology/probes.ts";
import { threeInstances } from "./topology/threeInstances.ts";
import { threeZones } from "./topology/threeZones.ts";
import { zoneAntiAffinity } from "./topology/zoneAntiAffinity.ts";
import { currentZoneLabel } from "./topology/zoneLabel.ts";

/** The rules of this family. */
export const topologyRules = [
	zoneAntiAffinity,
	currentZoneLabel,
	threeZones,
	threeInstances,
	disruptionBudget,
	guaranteed,
	probesQuery,
	gracePeriod,
];
