/** The store's promises, kept against a real S3 server. */
import { jest } from "@jest/globals";
import { keepsTheStoresPromises } from "./conformance.ts";
import { Gateway, versitygw } from "./versitygw.ts";

jest.setTimeout(60_000);
const program = await versitygw();

keepsTheStoresPromises("an S3 store (versitygw)", program === undefined ? undefined : () => Gateway.up(program));
