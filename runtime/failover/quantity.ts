/** An amount of storage as Kubernetes writes it. */
import { size } from "../../objectives/size.ts";

/** Bytes; 0 where nothing is said, or in another notation than ours: what it says is not known then. */
export function bytesOf(quantity: string | undefined): number {
	try {
		return quantity === undefined ? 0 : size(quantity);
	} catch {
		return 0;
	}
}
