import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { keysOf, write } from "../../policies/frame/mend.ts";
import { message } from "../../policies/frame/message.ts";
import { each, first, judged, NotKnown, some } from "../../policies/frame/notKnown.ts";
import { hidden } from "../../policies/frame/rule.ts";
import { asSeen } from "./judge.ts";
import { notKnownYet } from "./program.ts";

const seen = (props: Record<string, unknown>) => asSeen({ type: "kubernetes:apps/v1:StatefulSet", name: "db", props });
const unknown = (setting: string) => {
	throw new NotKnown([{ urn: "u", resource: "r", setting, why: "is not known" }]);
};

describe("a resource", () => {
	test("throws where a value is read that is not known, saying whose it is and where", () => {
		const { props } = seen({ metadata: { namespace: "n", name: "db" }, spec: { list: [1, { image: notKnownYet }] } });
		expect(props.spec.list[0]).toBe(1);
		expect(() => props.spec.list[1].image).toThrow(
			"StatefulSet n/db: spec.list[1].image is not known before it is deployed",
		);
		expect(() => JSON.stringify(props.spec)).toThrow(NotKnown);
	});

	test("is itself where all is known", () => {
		fc.assert(
			fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (props) => {
				expect(seen({ spec: props }).props.spec).toEqual(JSON.parse(JSON.stringify(props)));
			}),
		);
	});

	test.each([
		[{ name: "db", namespace: "shop" }, "StatefulSet shop/db"],
		[{ name: "db" }, "StatefulSet db"],
		[{ name: notKnownYet, namespace: "shop" }, "StatefulSet shop"],
		[{}, "StatefulSet db"],
	])("with the metadata %j is called %s", (metadata, label) => {
		expect(seen({ metadata }).label).toBe(label);
	});
});

describe("of what is not known", () => {
	test("one item keeps no other from being judged", () => {
		const { found, missing } = judged(() =>
			each([1, 2, 3], function* (item) {
				yield item === 2 ? unknown("two") : item;
			}),
		);
		expect(found).toEqual([1, 3]);
		expect(missing).toEqual([expect.objectContaining({ setting: "two" })]);
	});

	test("one item matters only where no other fits", () => {
		const fits = (item: number) => (item === 2 ? unknown("two") : item === 3);
		expect(some([1, 2, 3], fits)).toBe(true);
		expect(first([2, 3], fits)).toBe(3);
		expect(() => some([1, 2], fits)).toThrow(NotKnown);
		expect(some([1], fits)).toBe(false);
	});

	test("a fault of the rule itself is not taken for it", () => {
		expect(() =>
			judged(() =>
				each([1], () => {
					throw new TypeError("ours");
				}),
			),
		).toThrow("ours");
	});
});

describe("a message", () => {
	test.each([
		[1, "r: a.b is 1; do"],
		[undefined, "r: a.b is not set; do"],
		["x", 'r: a.b is "x"; do'],
		[hidden, "r: a.b holds a value that is not shown here; do"],
	])("of the value %p", (value, text) => {
		expect(message("r", { setting: "a.b", value, remedy: "do" })).toBe(text);
	});
});

describe("a remedy", () => {
	test.each([
		["a.b[0].c", ["a", "b", "0", "c"]],
		['metadata.labels["app.kubernetes.io/name"]', ["metadata", "labels", "app.kubernetes.io/name"]],
		["reclaimPolicy", ["reclaimPolicy"]],
	])("is written at %s", (setting, keys) => {
		expect(keysOf(setting)).toEqual(keys);
		const props = {};
		write(props, setting, "mended");
		expect(keys.reduce((part: unknown, key) => (part as Record<string, unknown>)[key], props)).toBe("mended");
	});
});
