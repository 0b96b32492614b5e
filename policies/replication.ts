/** Family "replication": that a write is in two places before it is acknowledged, and stays there. */
import { durableCommits } from "./replication/durableCommits.ts";
import { gtid } from "./replication/gtid.ts";
import { relayLogKept } from "./replication/relayLog.ts";
import { rowFormat } from "./replication/rowFormat.ts";
import { losslessSemiSync, semiSyncEnabled } from "./replication/semiSync.ts";

/** The rules of this family. */
export const replicationRules = [semiSyncEnabled, losslessSemiSync, gtid, durableCommits, rowFormat, relayLogKept];
