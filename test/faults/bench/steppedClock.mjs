/**
 * Loaded into a watchdog before its program (node --import): its wall clock, `Date`, is off by as many milliseconds as
 * a file says. The kernel's clock is left alone, other work on the machine needs it; what the program does not ask
 * `Date` for is therefore not off: the check of a certificate's dates by OpenSSL, and the log's own file times.
 */
import { readFileSync } from "node:fs";

const { CLOCK_STEP_FILE } = process.env;
const Real = Date;

function step() {
	try {
		return Number(readFileSync(CLOCK_STEP_FILE, "utf8"));
	} catch {
		return 0;
	}
}

const now = () => Real.now() + step();

globalThis.Date = new Proxy(Real, {
	apply: () => new Real(now()).toString(),
	construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
	get: (target, name, self) => (name === "now" ? now : Reflect.get(target, name, self)),
});
