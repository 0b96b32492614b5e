/** What tells a provider to ask nobody, as far as it can be told. Pure. */
type Values = Readonly<Record<string, unknown>>;

/** Pulumi's SDK sends a provider's own settings as texts. */
const settings: Readonly<Record<string, Values>> = {
	"pulumi:providers:aws": {
		skipCredentialsValidation: "true",
		skipRequestingAccountId: "true",
		skipMetadataApiCheck: "true",
		accessKey: "AKIAIOSFODNN7EXAMPLE",
		secretKey: "an example, which opens nothing",
	},
	"pulumi:providers:gcp": { accessToken: "an example, which opens nothing" },
};

/** @returns what the engine is told instead, for one resource */
export function unasked(type: string, props: Values): Record<string, unknown> {
	return { ...props, ...settings[type] };
}
