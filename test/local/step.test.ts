import { describe, expect, jest, test } from "@jest/globals";
import { createProgress, elapsed, type Sink } from "../../local/step.ts";

function fakeSink(live: boolean): Sink & { text: string } {
	const sink = {
		live,
		columns: 40,
		text: "",
		write(text: string) {
			sink.text += text;
		},
	};
	return sink;
}

function fakeClock() {
	const clock = { now: 0, read: () => clock.now };
	return clock;
}

describe("plain lines", () => {
	test("say when a step begins, when it ends, and how long it took", async () => {
		const [sink, clock] = [fakeSink(false), fakeClock()];
		const progress = createProgress({ sink, clock: clock.read });
		await progress.step("build kube", async () => {
			clock.now += 71_000;
		});
		expect(sink.text).toBe("    0.0 s  build kube ...\n   71.0 s  build kube: done in 71 s\n");
	});

	test("indent a step that another's work began, also when two run at once", async () => {
		const sink = fakeSink(false);
		const progress = createProgress({ sink, clock: () => 0 });
		await progress.step("outer", async () => {
			await Promise.all([progress.step("a", async () => {}), progress.step("b", async () => progress.note("hello"))]);
		});
		expect(progress.records.map(({ title, depth }) => [title, depth])).toEqual([
			["outer", 0],
			["a", 1],
			["b", 1],
		]);
		expect(sink.text).toContain("\n    0.0 s      hello\n");
	});

	test("are repeated with how far it is, by the innermost step alone", async () => {
		jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask"] });
		try {
			const [sink, clock] = [fakeSink(false), fakeClock()];
			const progress = createProgress({ sink, clock: clock.read, repeatEvery: 10_000 });
			const work = progress.step("outer", () =>
				progress.step("inner", async () => {
					progress.far("3 of 5");
					await new Promise((resolve) => setTimeout(resolve, 12_000));
				}),
			);
			for (let second = 1; second <= 12; second++) {
				clock.now = second * 1000;
				await jest.advanceTimersByTimeAsync(1000);
			}
			await work;
			expect(sink.text.match(/so far/g)).toHaveLength(1);
			expect(sink.text).toContain("   10.0 s    inner: 3 of 5 (10 s so far)\n");
		} finally {
			jest.useRealTimers();
		}
	});

	test("say that a step failed, and the failure goes on to the caller", async () => {
		const sink = fakeSink(false);
		const progress = createProgress({ sink, clock: () => 0 });
		const work = progress.step("build", () => Promise.reject(new Error("no disk")));
		await expect(work).rejects.toThrow("no disk");
		expect(sink.text).toContain("build: failed after 0.0 s");
		expect(progress.summary()).toContain("build (failed)");
	});
});

test("a line on a terminal never wraps, so that it can be erased", async () => {
	const sink = fakeSink(true);
	const progress = createProgress({ sink, clock: () => 0 });
	await progress.step("x".repeat(200), async () => {});
	const live = sink.text.split("\n").filter((line) => line.includes("⠙"));
	expect(live.length).toBeGreaterThan(0);
	for (const line of live) expect(line.length).toBeLessThan(40);
});

test("the summary lists every step with its time, and the total", async () => {
	const clock = fakeClock();
	const progress = createProgress({ sink: fakeSink(false), clock: clock.read });
	await progress.step("tools", async () => {
		clock.now += 1500;
	});
	await progress.step("site", () =>
		progress.step("machines", async () => {
			clock.now += 10_000;
		}),
	);
	expect(progress.summary().split("\n")).toEqual([
		"tools              1.5 s",
		"site                10 s",
		"  machines          10 s",
		"total               12 s",
	]);
});

test.each([
	[0, "0.0 s"],
	[9_940, "9.9 s"],
	[9_960, "10 s"],
	[119_400, "119 s"],
	[119_600, "2 min 0 s"],
	[372_000, "6 min 12 s"],
])("%d ms is shown as %s", (milliseconds, shown) => {
	expect(elapsed(milliseconds)).toBe(shown);
});
