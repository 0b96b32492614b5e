/** Family "evidence": what is promised was tried. */
import { failoverDrilled, restoreTested } from "./evidence/tried.ts";

/** The rules of this family. */
export const evidenceRules = [restoreTested, failoverDrilled];
