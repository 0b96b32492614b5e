/** Where a text holds a secret as it is. What is found is never shown. Pure. */

/** Settings that are called as a secret is: `MYSQL_ROOT_PASSWORD`, `db.password`, `AWS_SECRET_ACCESS_KEY`. */
const secretName =
	/(?:^|[^a-z])(?:password|passwd|passphrase|pwd|secret[_-]?(?:access[_-]?)?key|private[_-]?key|api[_-]?key|(?:access|auth|api)[_-]?token|client[_-]?secret)$/i;

/** Of a secret, where it is or how it is to be: `MYSQL_PASSWORD_FILE`, `validate_password`, `default_password_lifetime`. */
const besides =
	/(?:^|[^a-z])(?:allow_empty|random|validate|report|expire|require|disable|no|old|random_root|onetime)[_.-]/i;

/** What is no secret whatever it is called: a switch, a number, a reference, a path, what opens a structure. */
const noSecret =
	/^\W*$|^(?:yes|no|true|false|on|off|null|none|default|\d{1,3})$|^\$|^\{\{|^<[^>]*>$|^%|^\/|^(?:file|vault|ref|secretsmanager|projects\/|arn:)/i;

export function isSecretName(name: string): boolean {
	const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2");
	return secretName.test(words) && !besides.test(words);
}

/** Whether a setting of this name and value is a secret as it is. */
export function isPlainSecret(name: string, value: string): boolean {
	return isSecretName(name) && !noSecret.test(value.trim());
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
	if (given.some((value) => !noSecret.test(value) && !/^[$`*]/.test(value))) return true;
	if ([...text.matchAll(identified)].some(([, , value = ""]) => !/[$]|\{\{|^\*+$/.test(value))) return true;
	return [...text.matchAll(assignment)].some(([, name = "", value = ""]) => isPlainSecret(name, value));
}

/** Whether a command gives a client its password as an argument, be it by a variable: the process list shows it. */
export function givesPasswordAsArgument(text: string): boolean {
	return [...text.matchAll(short), ...text.matchAll(option)].length > 0;
}
