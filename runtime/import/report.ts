/** `import status`: how far an import is, as the target tells it. */
import { bytes, formatSize } from "../../objectives/size.ts";
import { seconds } from "../terminal/seconds.ts";
import { table } from "../terminal/table.ts";
import { troubleOf } from "./catchUp.ts";
import { type ChannelStatus, channelStatus } from "./channel.ts";
import { type ImportContext, openTarget } from "./context.ts";
import { type ImportState, readState, turnIsTaken } from "./importState.ts";
import { positionText } from "./position.ts";

export interface ImportReport {
	readonly state: ImportState | null;
	readonly channel: ChannelStatus | null;
	/** A worker is at it now. */
	readonly working: boolean;
	/** What stands in the way, and what to do; null where nothing does. */
	readonly trouble: string | null;
}

export async function reportImport(context: ImportContext): Promise<ImportReport> {
	const target = await openTarget(context);
	try {
		const state = await readState(target);
		const channel = await channelStatus(target);
		const working = await turnIsTaken(target);
		return { state, channel, working, trouble: trouble(state, channel, working) };
	} finally {
		target.close();
	}
}

/** Pure. */
export function trouble(state: ImportState | null, channel: ChannelStatus | null, working: boolean): string | null {
	if (state === null || state.phase === "done" || working) return null;
	switch (state.phase) {
		case "loading":
			return "the load was cut off; mysql-dr import abort drops what came, then begin again";
		case "opening":
			return "a cutover was cut off after it was decided; finish it with mysql-dr import cutover";
		case "closing":
			return state.sourceClosed
				? "a cutover was cut off and the source is read-only; go on with mysql-dr import cutover, or mysql-dr import abort, which opens the source again"
				: "a cutover was cut off before it closed the source; begin it again with mysql-dr import cutover";
		default:
			return troubleOf(channel);
	}
}

export function reportLines({ state, channel, working, trouble }: ImportReport): string[] {
	if (state === null) return ["no import was begun; next: mysql-dr import check"];
	const { loaded, position } = state;
	const rows = [
		["from", state.from],
		["begun", state.startedAt],
		["phase", `${state.phase}${working ? " (a worker is at it)" : ""}`],
		["schemas", state.schemas.map(({ name }) => name).join(", ")],
		...(loaded === null ? [] : [["loaded", `${mebibytes(loaded.bytes)} of SQL in ${seconds(loaded.seconds)}`]]),
		...(position === null ? [] : [["loaded up to", positionText(position)]]),
		...(channel === null
			? []
			: [
					["applied up to", positionText(channel.applied)],
					["behind", channel.lagSeconds === null ? "not known" : `${channel.lagSeconds} s`],
				]),
		...(state.error === null ? [] : [["last failure", state.error]]),
	];
	return [...table(rows), trouble === null ? `next: ${next(state)}` : `! ${trouble}`];
}

const next = ({ phase }: ImportState) =>
	phase === "following"
		? "mysql-dr import cutover"
		: phase === "done"
			? "mysql-dr endpoints"
			: "mysql-dr import status";

export const mebibytes = (count: number): string => formatSize(bytes(Math.round(count / 2 ** 20) * 2 ** 20));
