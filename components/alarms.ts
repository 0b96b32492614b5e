/** Whom the alarms in AWS tell: a topic in each region that has alarms, since an alarm reaches no topic of another region. */
import { Provider } from "@pulumi/aws/provider.js";
import { Topic } from "@pulumi/aws/sns/topic.js";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription.js";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../objectives/index.ts";
import { figuresRegion } from "./names/route53.ts";

/** ARNs of topics, by the region of the alarms that tell them. */
export type Receivers = Readonly<Record<string, readonly pulumi.Input<string>[]>>;

/** What the topics are declared from. */
export interface AlarmTopicsArgs {
	/** Those that have alarms and no topic that is listed. */
	readonly regions: readonly string[];
	/** Each is asked by mail whether it wants to be told, and is told nothing before it says so. */
	readonly emails: readonly string[];
}

/** A topic in each region, to which the mail addresses of the contacts are subscribed. */
export class AlarmTopics extends pulumi.ComponentResource {
	/** ARNs, by region. */
	readonly topics: Readonly<Record<string, pulumi.Output<string>>>;

	constructor(name: string, { regions, emails }: AlarmTopicsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:AlarmTopics", name, {}, opts);
		const tags = { "mysql-dr:stack": pulumi.getStack() };
		const provider = new Provider(name, { region: regions[0] ?? "", defaultTags: { tags } }, { parent: this });
		const own = { parent: this, provider };

		const entries = regions.map((region) => [region, declareTopic(`${name}-${region}`, region, emails, own)] as const);
		this.topics = Object.fromEntries(entries);

		this.registerOutputs({});
	}
}

function declareTopic(
	name: string,
	region: string,
	emails: readonly string[],
	opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
	const topic = new Topic(name, { region, displayName: `mysql-dr ${pulumi.getStack()}` }, opts);
	for (const endpoint of emails)
		new TopicSubscription(`${name}-${endpoint}`, { region, topic: topic.arn, protocol: "email", endpoint }, opts);
	return topic.arn;
}

/** Topics that are listed take the place of the one that would be made in their region; where there is no alarm, none is made. */
export function alarmReceivers(name: string, config: StackConfig): Receivers {
	const { regions, listed } = alarmPlan(config);
	const unlisted = regions.filter((region) => !listed[region]);
	if (unlisted.length === 0) return listed;
	const emails = [...new Set(config.contacts.flatMap(({ email }) => email ?? []))];
	if (emails.length === 0) warnOfNobody(unlisted);
	const { topics } = new AlarmTopics(name, { regions: unlisted, emails });
	const made = Object.entries(topics).map(([region, topic]) => [region, [topic]]);
	return { ...listed, ...Object.fromEntries(made) };
}

/** The regions that have alarms, and the topics among those that are listed that are in one of them. Pure. */
export function alarmPlan({ cloud, madeStores, databases }: StackConfig) {
	const alarmed = cloud?.provider === "aws" && !madeStores?.adopt;
	const checked = databases.some(({ dns }) => dns?.aws?.check !== undefined);
	const all = alarmed ? [...(madeStores ? cloud.regions : []), ...(checked ? [figuresRegion] : [])] : [];
	const regions = [...new Set(all)];
	const entries = regions.map((region) => [region, topicsIn(region, madeStores?.aws?.alarms ?? [])] as const);
	const listed: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
		entries.filter(([, topics]) => topics.length > 0),
	);
	return { regions, listed };
}

/** `arn:aws:sns:<region>:<account>:<name>`. */
const topicsIn = (region: string, topics: readonly string[]) =>
	topics.filter((topic) => topic.split(":")[3] === region);

function warnOfNobody(regions: readonly string[]): void {
	const remedy = "give a contact an email, or list topics of these regions in stores.aws.alarms";
	pulumi.log.warn(`contacts: nobody has an email, so alarms in ${regions.join(" and ")} tell nobody; ${remedy}`);
}
