/** The store's promises, kept against a server that answers as Google Cloud Storage does. */
import { jest } from "@jest/globals";
import { keepsTheStoresPromises } from "./conformance.ts";
import { fakeGcs, GcsServer } from "./fakeGcs.ts";

jest.setTimeout(60_000);
const program = await fakeGcs();

keepsTheStoresPromises(
	"a GCS store (fake-gcs-server)",
	program === undefined ? undefined : () => GcsServer.up(program),
);
