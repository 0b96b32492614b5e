import { describe, expect, test } from "@jest/globals";
import { UserError } from "../../../objectives/error.ts";
import { jobArgs, type RestoreOptions, type RestoreWish, restoreWish } from "../../../runtime/commands/restoreWish.ts";

const to = "2026-11-25T10:15:00Z";
const args = (options: RestoreOptions) => jobArgs(restoreWish(options) as Exclude<RestoreWish, { kind: "folder" }>);

describe("what is asked of a restore", () => {
	test("is a copy beside the database that is served until it is discarded, unless another place is named", () => {
		expect(restoreWish({ to })).toMatchObject({ kind: "scratch", pause: false });
		expect(restoreWish({ to, into: "scratch", pause: true })).toMatchObject({ kind: "scratch", pause: true });
		expect(args({ to })).toEqual(["--to", "2026-11-25T10:15:00.000000Z", "--pause", "--serve"]);
	});

	test("is the place of the data only where that is said", () => {
		expect(restoreWish({ to: "latest", into: "in-place" })).toMatchObject({ kind: "replace", replaces: "in-place" });
		expect(args({ to: "latest", into: "new" })).toEqual(["--to", "latest", "--pause", "--serve"]);
	});

	test("is a part of the copy under another name", () => {
		expect(args({ to: "latest", only: "app.orders" })).toEqual(["--to", "latest", "--only", "app.orders"]);
		expect(args({ to: "latest", only: "app", as: "app2" })).toEqual([
			"--to",
			"latest",
			"--only",
			"app",
			"--as",
			"app2",
		]);
	});

	test("tells its job of the snapshot that its volume is made from", () => {
		const wish = restoreWish({ to: "latest", fromSnapshot: true }) as Exclude<RestoreWish, { kind: "folder" }>;
		expect(jobArgs(wish, "{}")).toEqual(["--to", "latest", "--snapshot", "{}", "--pause", "--serve"]);
	});

	test("is a folder here, with the stores and the key but no cluster", () => {
		const options = { to, into: "folder:/tmp/copy", stores: "/s.json", keyFile: "/k" };
		expect(restoreWish(options)).toMatchObject({
			kind: "folder",
			folder: "/tmp/copy",
			stores: "/s.json",
			keyFile: "/k",
		});
	});

	test.each<[string, RestoreOptions, string]>([
		["without a target", {}, "--to: is missing"],
		["with a time without a zone", { to: "2026-11-25 10:15" }, "--to: "],
		["into a place that there is not", { to, into: "production" }, '--into: "production" is no place'],
		["into a folder without the stores", { to, into: "folder:/x", keyFile: "/k" }, "--stores: is missing"],
		["into a folder without the key", { to, into: "folder:/x", stores: "/s" }, "--key-file: is missing"],
		["paused in place of the data", { to, into: "in-place", pause: true }, "--pause: goes with --into scratch"],
		["of one table in place of the data", { to, only: "app.t", into: "in-place" }, "--into: does not go with --only"],
		["from a snapshot into a folder", { to, into: "folder:/x", fromSnapshot: true }, "--from-snapshot: does not go"],
		["of nothing under another name", { to, as: "app2" }, "--as: says a name"],
	])("%s is refused", (_, options, message) => {
		expect(() => restoreWish(options)).toThrow(UserError);
		expect(() => restoreWish(options)).toThrow(message);
	});
});
