/** Amounts as Kubernetes writes them. */

const factors: Readonly<Record<string, number>> = {
	n: 1e-9,
	u: 1e-6,
	m: 1e-3,
	"": 1,
	k: 1e3,
	M: 1e6,
	G: 1e9,
	T: 1e12,
	P: 1e15,
	E: 1e18,
	Ki: 2 ** 10,
	Mi: 2 ** 20,
	Gi: 2 ** 30,
	Ti: 2 ** 40,
	Pi: 2 ** 50,
	Ei: 2 ** 60,
};

/** `500m`, `2`, `1.5Gi`, `1e3` as a number; undefined where it is none. */
export function quantity(amount: string | number): number | undefined {
	const [, number = "", suffix = ""] = /^\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)\s*$/.exec(String(amount)) ?? [];
	const factor = factors[suffix];
	return number === "" || factor === undefined ? undefined : Number((Number(number) * factor).toPrecision(12));
}
