/** What a runbook needs to know of one database: plain data without a secret, from the stack or from the cluster. */
import type { Scenario } from "../objectives/index.ts";

export interface RunbookFacts {
	/** The database's name. */
	readonly cluster: string;
	readonly site: string;
	readonly region: string;
	readonly zones: readonly string[];
	/** The Kubernetes namespace. */
	readonly namespace: string;
	readonly tier: string;
	readonly services: { readonly primary: Address; readonly replicas: Address };
	readonly objectives: { readonly scenarios: Readonly<Record<Scenario, Promised>> };
	readonly forecast: Readonly<Record<Scenario, Predicted>>;
	/** Whether a stack has made the stores: then only it declares them, and others adopt them. */
	readonly madeStores: boolean;
	/** In the order in which they are called. */
	readonly contacts: readonly Contact[];
	/** What the watchdog saw when the runbook was printed; left out where it was not asked. */
	readonly live?: Live;
}

export interface Address {
	readonly host: string;
	readonly port: number;
}

export interface Promised {
	/** What is lost: "one pod is lost". */
	readonly title: string;
	/** What ends the RTO: "writes are accepted again". */
	readonly recovered: string;
	readonly rtoSeconds: number;
	readonly rpoSeconds: number;
}

export interface Predicted {
	readonly holds: boolean;
	readonly rtoSeconds: number;
	readonly rpoSeconds: number;
	readonly rtoTerms: readonly { readonly name: string; readonly seconds: number; readonly source: string }[];
}

export interface Contact {
	readonly role: string;
	readonly name: string;
	readonly phone?: string | undefined;
	readonly email?: string | undefined;
}

export interface Live {
	/** ISO 8601. */
	readonly at: string;
	readonly primary: string | null;
	readonly protected: boolean;
	readonly instances: readonly { readonly name: string; readonly zone: string | null; readonly role: string }[];
	/** One line on what is missing; null where nothing is. */
	readonly missing: string | null;
}
