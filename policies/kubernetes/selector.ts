/** Label selectors, matched as Kubernetes matches them. */

export type Labels = Readonly<Record<string, string>>;

export interface LabelSelector {
	readonly matchLabels?: Labels;
	readonly matchExpressions?: readonly {
		readonly key: string;
		readonly operator: string;
		readonly values?: readonly string[];
	}[];
}

/** An absent selector selects nothing, an empty one everything. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
	if (selector === undefined) return false;
	const { matchLabels = {}, matchExpressions = [] } = selector;
	return (
		Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
		matchExpressions.every(({ key, operator, values = [] }) => holds(operator, labels[key], values))
	);
}

function holds(operator: string, value: string | undefined, values: readonly string[]): boolean {
	switch (operator) {
		case "In":
			return value !== undefined && values.includes(value);
		case "NotIn":
			return value === undefined || !values.includes(value);
		case "Exists":
			return value !== undefined;
		case "DoesNotExist":
			return value === undefined;
		default:
			return false;
	}
}
