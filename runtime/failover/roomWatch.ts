/** Asks the instances how much room they have. */
import { type Room, readRoom } from "../mysql/room.ts";
import type { Session } from "../mysql/session.ts";
import type { Clock } from "./clock.ts";

/** Who is told. */
export interface Rooms {
	/** @param room null where it is not known */
	hasRoom(name: string, room: Room | null): void;
}

export interface RoomWatchOptions {
	readonly members: readonly string[];
	readonly session: (name: string) => Promise<Session>;
	readonly rooms: Rooms;
	readonly statementMs: number;
	readonly clock: Clock;
}

/** A volume fills up within minutes at the fastest. */
const periodMs = 15_000;

/** Runs until `stop`. An instance that does not answer has no known room: what it said before may be long ago. */
export async function watchRoom(options: RoomWatchOptions, stop: AbortSignal): Promise<void> {
	const { members, session, rooms, statementMs, clock } = options;
	for (; !stop.aborted; await clock.sleep(periodMs, stop)) {
		for (const name of members) {
			const room = await session(name)
				.then((open) => readRoom(open, statementMs))
				.catch(() => null);
			rooms.hasRoom(name, room);
		}
	}
}
