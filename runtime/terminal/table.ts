/** Text in columns, as wide as their widest cell. */
import { width } from "./paint.ts";

/**
 * @param rows cells, colours allowed; the first row is the head where there is one
 * @returns a line a row, columns two spaces apart, nothing behind the last cell
 */
export function table(rows: readonly (readonly string[])[]): string[] {
	const columns = Math.max(0, ...rows.map((row) => row.length));
	const widths = Array.from({ length: columns }, (_, column) =>
		Math.max(0, ...rows.map((row) => width(row[column] ?? ""))),
	);
	return rows.map((row) =>
		row
			.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - width(cell)))
			.join("  ")
			.trimEnd(),
	);
}
