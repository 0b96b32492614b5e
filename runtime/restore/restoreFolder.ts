/** Where a restore's job has its copy. */
import { join } from "node:path";
import { type JobPaths, jobPaths } from "../instance/jobPlace.ts";

/** All of the job's own is below it. */
export const restoreFolder = (paths: JobPaths = jobPaths): string => join(paths.volume, "restore");
