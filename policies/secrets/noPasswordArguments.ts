import { each } from "../frame/notKnown.ts";
import { type Finding, resourceRule } from "../frame/rule.ts";
import { commandOf } from "../kubernetes/actsOnMysql.ts";
import { kinds } from "../kubernetes/kinds.ts";
import { allContainersOf, hasPods, podsOf } from "../kubernetes/pod.ts";
import { configMapTexts } from "./configMapTexts.ts";
import { givesPasswordAsArgument, holdsPlainSecret } from "./plainText.ts";

const isConfigMap = kinds("ConfigMap");
const remedy = "give the client a file: --defaults-extra-file=<mounted Secret>";

export const noPasswordArguments = resourceRule({
	name: "no-password-arguments",
	family: "secrets",
	what: "No client is given its password as an argument.",
	why: {
		reason:
			"A variable is replaced before the client starts: its value is in the process list of the node, and in what anybody records of it.",
		source: "https://dev.mysql.com/doc/refman/8.4/en/password-security-user.html",
	},
	fix: "Mount a file with [client] and password=…, and name it by --defaults-extra-file, as the first option.",
	severity: "medium",
	of: (type) => hasPods(type) || isConfigMap(type),
	*judge(resource) {
		if (isConfigMap(resource.type))
			yield* each(configMapTexts(resource), ({ text, setting }) => judged(text(), setting));
		else
			yield* each(allContainersOf(podsOf(resource)), ({ container, path }) =>
				judged(commandOf(container), container.args && !container.command ? `${path}.args` : `${path}.command`),
			);
	},
});

/** What holds the password itself, another rule says. */
function* judged(text: string, setting: string): Generator<Finding> {
	if (!givesPasswordAsArgument(text) || holdsPlainSecret(text)) return;
	yield { setting, value: "a password by a variable", remedy };
}
