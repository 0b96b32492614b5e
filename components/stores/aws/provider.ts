import { Provider } from "@pulumi/aws/provider.js";
import * as pulumi from "@pulumi/pulumi";

/** One for both regions: each resource says its own. */
export function declareProvider(name: string, region: string, parent: pulumi.Resource): Provider {
	const tags = { "mysql-dr:stack": pulumi.getStack() };
	return new Provider(name, { region, defaultTags: { tags } }, { parent });
}
