/** The stores of a stack and whom their alarms tell, without a cluster: what can be made where there is none. */
import * as pulumi from "@pulumi/pulumi";
import { alarmReceivers } from "../../../components/alarms.ts";
import { rawConfig } from "../../../components/configuration.ts";
import { makeStores } from "../../../components/stores.ts";
import { parseConfig } from "../../../objectives/index.ts";

const config = parseConfig(rawConfig(pulumi.runtime.allConfig(), pulumi.getProject()));
makeStores("stores", config, {}, alarmReceivers("alarms", config));
