import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { splitAtLastRun } from "../../../local/images/build.ts";
import { parseContainerfile } from "../../../local/images/containerfile.ts";

const head = "FROM base\n";

describe("a Containerfile", () => {
	test("is read into what it does and how the image is started", () => {
		const read = parseContainerfile(`
# a comment
ARG BASE=debian:sid-slim
FROM \${BASE}
LABEL a.b="one two" c=3
RUN set -eu; \\
    # a comment between
    echo hello
ENV NAME=value
COPY --chmod=0755 a b /usr/\${NAME}/
WORKDIR /data
USER 999:999
ENTRYPOINT ["mysql-dr", "x"]
`);
		expect(read.from).toBe("debian:sid-slim");
		expect(read.instructions).toEqual([
			{ kind: "run", command: "set -eu;      echo hello" },
			{ kind: "copy", sources: ["a", "b"], target: "/usr/value/", mode: "0755" },
		]);
		expect(read.config).toEqual({
			env: { NAME: "value" },
			labels: { "a.b": "one two", c: "3" },
			user: "999:999",
			workingDir: "/data",
			entrypoint: ["mysql-dr", "x"],
		});
	});

	test("has its arguments replaced by what is given", () => {
		expect(parseContainerfile("ARG BASE=a\nFROM $BASE\n", { BASE: "b" }).from).toBe("b");
	});

	test("splits into what changes rarely and what changes with the code", () => {
		const { instructions } = parseContainerfile(`${head}RUN one\nCOPY a /a\nRUN two\nCOPY b /b\n`);
		const [heavy, light] = splitAtLastRun(instructions);
		expect([heavy.length, light.length]).toEqual([3, 1]);
	});

	test("of this project is within what is understood", async () => {
		const text = await readFile(join(import.meta.dirname, "../../../Containerfile"), "utf8");
		const { instructions, config } = parseContainerfile(text);
		expect(config).toMatchObject({ user: "999:999", entrypoint: ["mysql-dr"] });
		expect(instructions.map(({ kind }) => kind)).toEqual(["run", "copy"]);
	});

	test("of this project pins where packages come from and restic's version, unless it is told not to", async () => {
		const text = await readFile(join(import.meta.dirname, "../../../Containerfile"), "utf8");
		const { args, instructions } = parseContainerfile(text);
		expect(args.SNAPSHOT).toMatch(/^\d{8}T\d{6}Z$/);
		const [first] = instructions;
		const command = first?.kind === "run" ? first.command : "";
		const install = /"restic[^"]*"/.exec(command)?.[0] ?? "";
		const asked = (given: string) =>
			execFileSync("sh", ["-c", `echo ${install}`], { env: { RESTIC: given } })
				.toString()
				.trim();
		expect(asked(args.RESTIC ?? "")).toMatch(/^restic=\d+\.\d+\.\d+-\d+$/);
		expect(asked("")).toBe("restic");
		expect(parseContainerfile(text, { SNAPSHOT: "" }).args.SNAPSHOT).toBe("");
	});
});

describe("refused, with the line:", () => {
	test.each([
		[
			"an instruction that is not known",
			`${head}\nHEALTHCHECK NONE\n`,
			/^Containerfile:3: HEALTHCHECK is not known here/,
		],
		["a second stage", `${head}FROM other\n`, /^Containerfile:2: a second FROM/],
		["nothing to start from", "ARG A=1\n", /FROM is missing/],
		["work before FROM", "RUN x\n", /^Containerfile:1: nothing comes before FROM/],
		["a mount", `${head}RUN --mount=type=cache x\n`, /RUN with options/],
		["a copy from another stage", `${head}COPY --from=x a b\n`, /an option of COPY/],
		["a copy without a target", `${head}COPY a\n`, /COPY needs a source and a target/],
		["an entry point in shell form", `${head}ENTRYPOINT run me\n`, /ENTRYPOINT in shell form/],
		["an unfinished last line", `${head}RUN a \\\n`, /the last line goes on/],
	])("%s", (_, text, message) => {
		expect(() => parseContainerfile(text)).toThrow(message);
	});
});
