/** Where a text holds a secret as it is. What is found is never shown. Pure. */

/** Settings that are called as a secret is: `MYSQL_ROOT_PASSWORD`, `DB_PASS`, `AWS_SECRET_ACCESS_KEY`, `ROOT_PASSWORD_OLD`. */
const secretName =
	/(?:^|[^a-z])(?:password|passwd|passphrase|pass|pwd|secret[_-]?(?:access[_-]?)?key|private[_-]?key|api[_-]?key|(?:access|auth|api)[_-]?token|client[_-]?secret)(?:[_.-]?(?:old|new|prev|previous|current|\d+))?$/i;

/** Of a secret, whether there is one or how it is to be: `MYSQL_ALLOW_EMPTY_PASSWORD`, `MYSQL_RANDOM_ROOT_PASSWORD`, `validate_password`. */
const besides =
	/(?:^|[^a-z])(?:allow_empty|random|validate|expire|require|disable|no|onetime)[_.-](?:root[_.-])?(?:password|pwd)$/i;

/** What is no secret whatever it is called: a switch, a number, a variable, what opens a structure. */
const noSecret =
	/^\W*$|^(?:yes|no|true|false|on|off|null|none|default|\d{1,3})$|^\$[({\w]|^\{\{|^<[^>]*>$|^%[({]|^%[^%\s]+%$/i;
/** Where a secret is: in a folder where such things are mounted, or in a store that an address names. */
const elsewhere =
	/^\/(?:run|var|etc|mnt|secrets?|vault|opt|srv|home|root|tmp|usr|data|config|proc|dev)\/|^(?:file|vault|ref(?:\+\w+)?|secretsmanager|ssm|awssm|gcpsm|op):|^projects\/[^/]+\/secrets\/|^arn:aws/i;

export function isSecretName(name: string): boolean {
	const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2");
	return secretName.test(words) && !besides.test(words);
}

/** Whether a setting of this name and value is a secret as it is. */
export function isPlainSecret(name: string, value: string): boolean {
	return isSecretName(name) && !isReference(value.trim());
}

function isReference(value: string): boolean {
	return noSecret.test(value) || elsewhere.test(value);
}

const inUrl = /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'$]+:([^\s/@"']+)@/gi;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const identified = /\bidentified\s+(?:with\s+\S+\s+)?by\s+(?:password\s+)?(["'])((?:(?!\1).)+)\1/gi;
const option = /(?:^|\s)--?(?:[a-z-]*-)?(?:password|passphrase)[=\s]+["']?([^\s"']+)/gi;
/** `-p` of the clients; a program of another name means something else by it. */
const short =
	/(?:^|[\s;&|(`/])(?:mysql|mysqldump|mysqladmin|mysqlpump|mysqlbinlog|mariadb|mariadb-dump|mydumper)\b[^;&|\n]*?\s-p["']?([^\s"';&|]+)/g;
const assignment = /(?:^|[\s"';,{-])["']?([A-Za-z_][\w.-]*)["']?[ \t]*[:=][ \t]*["']?([^\s"',;}]+)/g;

/** Whether a text (arguments, a script, a configuration file, a document) holds a secret as it is. */
export function holdsPlainSecret(text: string): boolean {
	if (privateKey.test(text)) return true;
	const given = [...text.matchAll(inUrl), ...text.matchAll(option), ...text.matchAll(short)].map((one) => one[1] ?? "");
	if (given.some((value) => !isReference(value) && !/^[$`*]/.test(value))) return true;
	if ([...text.matchAll(identified)].some(([, , value = ""]) => !/[$]|\{\{|^\*+$/.test(value))) return true;
	return [...text.matchAll(assignment)].some(([, name = "", value = ""]) => isPlainSecret(name, value));
}

/** Whether a command gives a client its password as an argument, be it by a variable: the process list shows it. */
export function givesPasswordAsArgument(text: string): boolean {
	return [...text.matchAll(short), ...text.matchAll(option)].length > 0;
}
