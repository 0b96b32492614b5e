/** Where a clone's pod has what, on its volume. */
import { join } from "node:path";
import { jobPaths } from "../instance/jobPlace.ts";

/** All of its server's own is below it. */
export const cloneFolder = join(jobPaths.volume, "clone");

/** There while it answers queries. */
export const servingFile = join(cloneFolder, "serving");
