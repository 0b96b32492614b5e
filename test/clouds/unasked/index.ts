/** The whole stack, with real providers of the clouds that ask nobody whether we are who we say: a preview needs no account. */
import * as pulumi from "@pulumi/pulumi";
import { unasked } from "./unasked.ts";

pulumi.runtime.registerResourceTransform(({ type, props, opts }) => ({ props: unasked(type, props), opts }));
// Imported once the transform is there: what is declared before is not transformed.
const stack = await import("../../../index.ts");
export const { objectives } = stack;
