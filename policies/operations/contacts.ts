import { type DeclaredStack, rootOf } from "../frame/declared.ts";
import { all, each } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import { databaseType } from "../objectives/forecastWithinObjective.ts";

/** Of the object that runs mysqld: telephone numbers and mail addresses, with commas. */
export const contactsAnnotation = "mysql-dr/contacts";

/** E.164 with what people write between the digits. */
const phone = /^\+?[\d\s()./-]{6,24}$/;
const email = /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i;

export const contactsReachable = stackRule({
	name: "contacts-reachable",
	family: "operations",
	what: "It is declared whom to call, and how: at least two.",
	why: {
		reason: "The first one sleeps, or is on the plane. A runbook without a number ends where it is needed most.",
		source: "docs/objectives.md",
	},
	fix: `In this project's configuration: contacts, each with phone or email. Else on the object that runs mysqld the annotation ${contactsAnnotation}: "+49 30 1234567, dba@company.com".`,
	severity: "medium",
	config: {
		least: { type: "integer", minimum: 1, default: 2, description: "Contacts that can be reached." },
	},
	*judgeStack(stack, { least }) {
		yield* all(
			() => declaredContacts(stack, least),
			() => eachServer(stack, (server) => onObject(server, least)),
		);
	},
});

function* onObject({ resource }: MysqlServer, least: number): Generator<StackFinding> {
	if (resource.within.includes(databaseType)) return;
	const stated: string | undefined = resource.props.metadata?.annotations?.[contactsAnnotation];
	const ways = (stated ?? "").split(",").map((one) => one.trim());
	if (ways.filter(isReachable).length >= least) return;
	yield {
		resource,
		setting: `metadata.annotations["${contactsAnnotation}"]`,
		value: stated,
		remedy: `name ${least} telephone numbers or mail addresses`,
	};
}

interface Contact {
	readonly role?: string;
	readonly phone?: string;
	readonly email?: string;
}

/** Of the stack's outputs, where databases of this project are among them. */
function* declaredContacts(stack: DeclaredStack, least: number): Generator<StackFinding> {
	const root = rootOf(stack);
	const databases = root?.props.databases as
		| Readonly<Record<string, { readonly contacts?: readonly Contact[] }>>
		| undefined;
	if (!root || !databases || !stack.resources.some(({ type }) => type === databaseType)) return;
	yield* each(Object.entries(databases), function* ([name, { contacts = [] }]): Generator<StackFinding> {
		const setting = `databases.${name}.contacts`;
		for (const [n, contact] of contacts.entries())
			if (!isReachable(contact.phone) && !isReachable(contact.email))
				yield {
					resource: root,
					setting: `${setting}[${n}]`,
					value: contact,
					remedy: "write a telephone number or a mail address",
				};
		if (contacts.length < least)
			yield { resource: root, setting, value: contacts.length, remedy: `name ${least} or more` };
	});
}

function isReachable(way: string | undefined): boolean {
	return way !== undefined && (email.test(way) || phone.test(way));
}
