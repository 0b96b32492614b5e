/** The first record of a cluster, and its first primary. */
import { formatGtidSet, isEmpty } from "../mysql/gtidSet.ts";
import { held } from "../mysql/reading.ts";
import { RefusedError } from "./cancel.ts";
import { chooseFirst } from "./choose.ts";
import { deadline, type Operation, Timeline } from "./operation.ts";
import { open, recordDone } from "./promote.ts";
import { type Readable, readable } from "./view.ts";

export async function bootstrap(operation: Operation, primary: string, reason: string): Promise<void> {
	const seen = await readAll(operation);
	const choice = chooseFirst(seen);
	if ("refused" in choice || choice.chosen !== primary) {
		throw new RefusedError("what the instances hold changed since the decision");
	}
	const candidate = await operation.instance(primary);
	while (!isEmpty(choice.must) && !(await candidate.applyUntil(choice.must, deadline(operation, 1000)))) {
		operation.log(`${primary} applies what it holds`);
	}
	const { executed, uuid } = await candidate.read(deadline(operation, operation.limits.statementMs));
	const timeline = new Timeline(operation, {
		kind: "bootstrap",
		term: 1,
		from: null,
		to: primary,
		reason,
		gtidBefore: Object.fromEntries(seen.map((i) => [i.name, formatGtidSet(held(i.reading))])),
		gtidAfter: formatGtidSet(executed),
	});
	await operation.create({
		version: 1,
		cluster: operation.facts.cluster,
		initialised: true,
		term: 1,
		primary,
		epoch: 1,
		since: operation.now().toISOString(),
		uuids: { [primary]: uuid },
		gtidAtPromotion: formatGtidSet(executed),
		schemasReady: false,
		lastChange: timeline.change(),
	});
	timeline.step(`recorded term 1 with primary ${primary}`, "record");
	const followers = seen.map((i) => i.name).filter((n) => n !== primary);
	const handover = { to: primary, executed, uuid, followers, timeline };
	await open(operation, handover);
	await recordDone(operation, handover);
}

function readAll(operation: Operation): Promise<Readable[]> {
	return Promise.all(
		readable(operation.view).map(async ({ name, zone }) => {
			const instance = await operation.instance(name);
			return { name, zone, reading: await instance.read(deadline(operation, operation.limits.statementMs)) };
		}),
	);
}
