import { expect, test } from "@jest/globals";
import { debianMirror } from "../../../local/tools/debianSources.ts";

const vendor = {
	name: "vendor.sources",
	text: "Types: deb\nURIs: https://vendor.example/node\nSuites: nodistro\nComponents: main\n",
};

test("the mirror is that of Debian's main archive, not a vendor's and not the security archive", () => {
	const debian = {
		name: "debian.sources",
		text: [
			"Types: deb\n# a comment\nURIs: http://security.example/debian-security\nSuites: bookworm-security\nComponents: main",
			"Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\n bookworm-updates\nComponents: main contrib",
		].join("\n\n"),
	};
	expect(debianMirror([vendor, debian])).toBe("http://mirror.example/debian");
});

test("one-line sources are read too, with options and without comments", () => {
	const text =
		"# deb http://old.example/debian sid main\ndeb [signed-by=/k.gpg] http://mirror.example/debian trixie main non-free\n";
	expect(debianMirror([{ name: "sources.list", text }])).toBe("http://mirror.example/debian");
});

test("a machine without Debian's sources names none", () => {
	expect(
		debianMirror([vendor, { name: "ubuntu.list", text: "deb http://ubuntu.example/ubuntu noble main" }]),
	).toBeUndefined();
});

test("a disabled source is not used", () => {
	const text = "Enabled: no\nTypes: deb\nURIs: http://mirror.example/debian\nSuites: sid\nComponents: main\n";
	expect(debianMirror([{ name: "x.sources", text }])).toBeUndefined();
});
