/** `mysql-dr`, at the operator's desk and in the cluster: this file is what the bundle begins with. */
import { runProgram } from "./commands/program.ts";
import { processTerminal } from "./terminal/terminal.ts";

// Not process.exit(): what is still to be written to a pipe must get there.
process.exitCode = await runProgram(process.argv.slice(2), processTerminal());
