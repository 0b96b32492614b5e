/** Node's own X.509 (OpenSSL's) judges what @peculiar/x509 made. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { type KeyPair, makeAuthority, makeServerCertificate } from "../../../runtime/credentials/certificates.ts";
import { serverNames } from "../../../runtime/credentials/serverNames.ts";

const now = new Date("2026-11-22T12:00:00Z");
const names = serverNames({ namespace: "shop", clusterDomain: "example.org" }, 3);
let authority: KeyPair;
let server: KeyPair;
let authorityCertificate: X509Certificate;
let certificate: X509Certificate;

beforeAll(async () => {
	authority = await makeAuthority("mysql", now);
	server = await makeServerCertificate(authority, names, now);
	authorityCertificate = new X509Certificate(authority.certificate);
	certificate = new X509Certificate(server.certificate);
});

describe("the authority", () => {
	test("signs itself and may sign others, for ten years", () => {
		expect(authorityCertificate.ca).toBe(true);
		expect(authorityCertificate.verify(authorityCertificate.publicKey)).toBe(true);
		expect(new Date(authorityCertificate.validTo).getUTCFullYear()).toBe(2036);
	});
});

describe("the instances' certificate", () => {
	test("is signed by the authority and is none itself", () => {
		expect(certificate.checkIssued(authorityCertificate)).toBe(true);
		expect(certificate.verify(authorityCertificate.publicKey)).toBe(true);
		expect(certificate.ca).toBe(false);
	});

	test("lasts a year, from an hour ago", () => {
		expect(new Date(certificate.validFrom)).toEqual(new Date("2026-11-22T11:00:00Z"));
		expect(new Date(certificate.validTo)).toEqual(new Date("2027-11-22T12:00:00Z"));
	});

	test("fits its key, a PKCS#8 one", () => {
		expect(server.key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
		expect(certificate.checkPrivateKey(createPrivateKey(server.key))).toBe(true);
	});

	test.each([
		"mysql",
		"mysql-primary",
		"mysql-primary.shop",
		"mysql-replicas.shop.svc",
		"mysql-primary.shop.svc.example.org",
		"mysql-0.mysql",
		"mysql-2.mysql.shop.svc.example.org",
		"localhost",
	])("is valid for %s", (name) => {
		expect(certificate.checkHost(name)).toBe(name);
	});

	test.each(["mysql-3.mysql", "mysql-primary.other", "mysql-0.shop", "example.org"])("is not valid for %s", (name) => {
		expect(certificate.checkHost(name)).toBeUndefined();
	});

	test("never has a serial number twice", async () => {
		const again = await makeServerCertificate(authority, names, now);
		expect(new X509Certificate(again.certificate).serialNumber).not.toBe(certificate.serialNumber);
	});
});
