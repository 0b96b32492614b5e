/** Transactions of the model, and a set of them that grows cheaply. */
export interface Transaction {
	readonly uuid: string;
	readonly number: number;
	/** Which client write it carries; null for anything else. */
	readonly write: number | null;
}

type Range = [first: number, last: number];

export class TransactionSet {
	readonly #ranges = new Map<string, Range[]>();

	has({ uuid, number }: Pick<Transaction, "uuid" | "number">): boolean {
		return this.#ranges.get(uuid)?.some(([first, last]) => first <= number && number <= last) ?? false;
	}

	add({ uuid, number }: Pick<Transaction, "uuid" | "number">): void {
		if (this.has({ uuid, number })) return;
		const ranges = this.#ranges.get(uuid) ?? [];
		const before = ranges.find(([, last]) => last + 1 === number);
		if (before === undefined) ranges.push([number, number]);
		else before[1] = number;
		this.#ranges.set(uuid, ranges);
	}

	copy(): TransactionSet {
		const copy = new TransactionSet();
		for (const [uuid, ranges] of this.#ranges)
			copy.#ranges.set(
				uuid,
				ranges.map(([a, b]) => [a, b]),
			);
		return copy;
	}

	join(other: TransactionSet): TransactionSet {
		const all = this.copy();
		for (const [uuid, ranges] of other.#ranges) {
			for (const [first, last] of ranges) for (let n = first; n <= last; n++) all.add({ uuid, number: n });
		}
		return all;
	}

	/** What is here and not there, this server's own left out. */
	beyond(other: TransactionSet, own: string | undefined): string[] {
		const found: string[] = [];
		for (const [uuid, ranges] of this.#ranges) {
			if (uuid === own) continue;
			for (const [first, last] of ranges)
				for (let n = first; n <= last; n++) if (!other.has({ uuid, number: n })) found.push(`${uuid.slice(-2)}:${n}`);
		}
		return found;
	}

	get empty(): boolean {
		return this.#ranges.size === 0;
	}

	/** As the server prints it. */
	text(): string {
		const texts = [...this.#ranges].map(
			([uuid, ranges]) => `${uuid}:${ranges.map(([a, b]) => (a === b ? a : `${a}-${b}`)).join(":")}`,
		);
		return texts.join(",");
	}
}
