/** A provider of any resource, for previews alone: it takes what it is given, and makes nothing. */
import { main, type Provider } from "@pulumi/pulumi/provider/index.js";

const provider: Provider = {
	version: "0.0.0",
	check: async (_urn, _olds, inputs) => ({ inputs }),
	create: async (urn, outs) => ({ id: urn.split("::").at(-1) ?? "", outs }),
};

main(provider, process.argv.slice(2));
