/** Whether what the schemas hold can live in the target. Pure. */
import { bytes, formatSize } from "../../objectives/size.ts";
import { sqlName } from "../mysql/sqlText.ts";
import { type Finding, finding } from "./finding.ts";
import { type Table, totalBytes } from "./inventory.ts";
import type { Compared } from "./judgeServer.ts";
import { hasInvisibleColumns, parseVersion } from "./version.ts";

export function judgeSchemas(compared: Compared): readonly Finding[] {
	return [
		...engines(compared),
		...primaryKeys(compared),
		...places(compared),
		...references(compared),
		...collations(compared),
		...reservedWords(compared),
		...room(compared),
		...carried(compared),
	];
}

const full = ({ schema, name }: { schema: string; name: string }) => `${schema}.${name}`;
const quoted = ({ schema, name }: Table) => `${sqlName(schema)}.${sqlName(name)}`;

function engines({ source: { tables } }: Compared): readonly Finding[] {
	const others = tables.filter(({ engine }) => engine !== "InnoDB");
	return finding({
		kind: "engine",
		wrong: "only InnoDB survives a crash and is replicated safely; the target has no other engine",
		where: others.map((table) => `${full(table)} (${table.engine}${table.partitioned ? ", partitioned" : ""})`),
		remedy: "convert these tables on the source; each statement locks its table while it copies",
		paste: others.map((table) => `ALTER TABLE ${quoted(table)} ENGINE = InnoDB;`),
	});
}

/** Without a key a replica scans the whole table for each changed row, and rows cannot be compared one by one. */
function primaryKeys({ source }: Compared): readonly Finding[] {
	const without = source.tables.filter(({ hasPrimaryKey }) => !hasPrimaryKey);
	const invisible = hasInvisibleColumns(parseVersion(source.variables.get("version") ?? ""));
	return finding({
		kind: "no-primary-key",
		wrong: "tables without a primary key: replicas would search the whole table for each changed row",
		where: without.map(full),
		remedy: invisible
			? "give them one; an invisible column is not seen by SELECT * nor needed in INSERT"
			: "give them one; before 8.0.23 it is seen by SELECT *, and an INSERT without names of columns must know of it",
		paste: without.map((table) => `ALTER TABLE ${quoted(table)} ADD ${newKey(table, invisible)};`),
	});
}

function newKey({ autoIncrement }: Table, invisible: boolean): string {
	if (autoIncrement !== null) return `PRIMARY KEY (${sqlName(autoIncrement)})`;
	return `COLUMN \`row_key\` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT ${invisible ? "INVISIBLE " : ""}PRIMARY KEY`;
}

function places({ source: { tables }, sourceFacts }: Compared): readonly Finding[] {
	const encrypted = tables.filter(({ options }) => /encryption=['"]?y/i.test(options));
	return [
		...finding({
			kind: "encrypted-tables",
			wrong: "tables are encrypted by a key that the target does not have",
			where: encrypted.map(full),
			remedy: "decrypt them; the target's volumes are to be encrypted by their storage class",
			paste: encrypted.map((table) => `ALTER TABLE ${quoted(table)} ENCRYPTION = 'N';`),
		}),
		...finding({
			kind: "tablespaces",
			wrong: "tables lie in shared tablespaces or outside of the data directory",
			where: sourceFacts.elsewhere,
			remedy: "move each into a file of its own: ALTER TABLE ... TABLESPACE innodb_file_per_table",
		}),
	];
}

function references({ source: { foreignKeys, schemas } }: Compared): readonly Finding[] {
	const names = new Set(schemas.map(({ name }) => name));
	return finding({
		kind: "foreign-keys",
		wrong: "foreign keys lead to schemas that are not imported",
		where: foreignKeys
			.filter(({ referenced }) => !names.has(referenced))
			.map((key) => `${key.name} -> ${key.referenced}`),
		remedy: "import those schemas as well, or drop the keys",
	});
}

function collations({ source, targetFacts }: Compared): readonly Finding[] {
	const known = new Set(targetFacts.collations);
	const used = [...source.schemas, ...source.tables].map(({ collation }) => collation);
	const gone = [...new Set([...used, ...source.collations])].filter((name) => name !== "" && !known.has(name));
	return finding({
		kind: "collations",
		wrong: "the target does not know these collations",
		where: gone,
		remedy: "convert what uses them: ALTER TABLE ... CONVERT TO CHARACTER SET utf8mb4",
	});
}

function reservedWords({ source, sourceFacts, targetFacts }: Compared): readonly Finding[] {
	const before = new Set(sourceFacts.reserved);
	const reserved = new Set(targetFacts.reserved.filter((word) => !before.has(word)));
	const names = [
		...source.columnNames,
		...source.tables.map(({ name }) => name),
		...source.programs.map(({ name }) => name),
	];
	return finding({
		kind: "reserved-words",
		wrong: "names that are reserved words on the target: statements that do not quote them fail",
		where: [...new Set(names)].filter((name) => reserved.has(name.toUpperCase())),
		remedy: "quote them in the application and in views, triggers and routines",
		acceptable: true,
	});
}

/** The rows, the indexes, and the rows once more in the binary log. */
function room({ source, target, targetFacts: { freeBytes } }: Compared): readonly Finding[] {
	const { data, indexes } = totalBytes(source);
	const wanted = 2 * data + indexes;
	const there = new Set(target.tables.map(({ schema }) => schema));
	const filled = [
		...target.tables.map(full),
		...target.programs.map(({ schema, name, kind }) => `${schema}.${name} (${kind})`),
	];
	return [
		...finding({
			kind: "too-large",
			wrong: "the target's volume may be too small: the rows are stored once more in its binary log",
			where:
				freeBytes !== null && freeBytes < wanted
					? [`about ${mebibytes(wanted)} wanted, ${mebibytes(freeBytes)} free`]
					: [],
			remedy: "enlarge the volume in the stack's configuration first",
			acceptable: true,
		}),
		...finding({
			kind: "target-not-empty",
			wrong: `the target holds something in ${there.size === 1 ? "that schema" : "those schemas"} already`,
			where: filled,
			remedy: "an import never overwrites: drop it on the target, or import into another database",
		}),
	];
}

const mebibytes = (count: number) => formatSize(bytes(Math.ceil(count / 2 ** 20) * 2 ** 20));

function carried({ source: { schemas, tables, programs } }: Compared): readonly Finding[] {
	const count = (kind: string) => programs.filter((one) => one.kind === kind).length;
	const kinds = { view: "views", procedure: "procedures", function: "functions", trigger: "triggers", event: "events" };
	const counts = Object.entries(kinds).map(([kind, words]) => `${count(kind)} ${words}`);
	return finding({
		kind: "carried",
		weight: "noted",
		wrong: `what is brought in: ${tables.length} tables, ${counts.join(", ")}`,
		where: schemas.map(({ name }) => name),
		remedy: "events stay disabled on the target until the cutover",
	});
}
