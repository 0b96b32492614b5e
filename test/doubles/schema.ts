/** What a provider takes and gives, as its installed SDK publishes it. */

/** The type of a property; what the SDK wraps into `pulumi.Input` is unwrapped. */
export type PropertyType =
	| { readonly kind: "string" | "number" | "boolean" | "any" }
	| { readonly kind: "array" | "map"; readonly of: PropertyType }
	/** An object type, by its name in {@link ProviderSchema.types}. */
	| { readonly kind: "object"; readonly name: string }
	| { readonly kind: "values"; readonly values: readonly string[] }
	| { readonly kind: "union"; readonly of: readonly PropertyType[] };

export interface Property {
	readonly type: PropertyType;
	readonly required: boolean;
	/** Why it is not to be used any more. */
	readonly deprecated?: string;
	/** Where the documentation lists all that may be written. */
	readonly values?: readonly string[];
	/** Names beside it with which it cannot be, where the documentation says so. */
	readonly conflicts?: readonly string[];
}

export type Properties = Readonly<Record<string, Property>>;

export interface ResourceSchema {
	readonly inputs: Properties;
	/** All that it has afterwards; `optional`: it may have none. */
	readonly outputs: Readonly<Record<string, { readonly optional: boolean }>>;
	readonly deprecated?: string;
}

export interface ProviderSchema {
	/** As in tokens: `aws`. */
	readonly name: string;
	readonly version: string;
	/** By token, `aws:s3/bucket:Bucket`; the provider's own is `pulumi:providers:aws`. */
	readonly resources: Readonly<Record<string, ResourceSchema>>;
	/** Inputs of functions, by token. */
	readonly functions: Readonly<Record<string, Properties>>;
	/** Object types by qualified name: `s3.BucketGrant`. */
	readonly types: Readonly<Record<string, Properties>>;
}
