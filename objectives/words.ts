/** Shapes of texts that several sections of the configuration share. */
import { z } from "zod";

export const words = (wrong: string, how: string, pattern: RegExp) =>
	z.string().regex(pattern, { error: wrong }).describe(how);

export const arn = (service: string, what: string, example: string) =>
	words(
		`is not the ARN of ${what}`,
		`write ${what}, such as "${example}"`,
		new RegExp(`^arn:aws[a-z-]*:${service}:.+$`),
	);

export const list = <Entry extends z.ZodType>(of: Entry, what: string) =>
	z.array(of).describe(`list ${what}, one a line`).optional();

export const project = (what: string) =>
	words("is not a project's ID", `write the project's ID: ${what}`, /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
