/** One process of the nightly command: runs the seeds that it is given and answers with their sum. */
import { runSchedules, type Seeds } from "./schedules.ts";

// The calls that miss their deadline are many and expected; nobody reads where they were made.
Error.stackTraceLimit = 0;
process.on("message", (seeds: Seeds) => {
	void runSchedules(seeds).then((sum) => process.send?.(sum));
});
process.on("disconnect", () => process.exit());
