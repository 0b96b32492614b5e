/** Family "operations": who watches, who is told, and what runs. */
import { contactsReachable } from "./operations/contacts.ts";
import { drillCalendar } from "./operations/drillCalendar.ts";
import { monitored } from "./operations/monitoring.ts";
import { pinnedImages } from "./operations/pinnedImages.ts";
import { watchdogsApart } from "./operations/watchdogs.ts";

/** The rules of this family. */
export const operationsRules = [watchdogsApart, monitored, drillCalendar, contactsReachable, pinnedImages];
