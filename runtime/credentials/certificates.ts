/** A private certificate authority and the servers' certificate. P-256; private keys are PKCS#8 PEM. */
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** PEM texts. */
export interface KeyPair {
	readonly certificate: string;
	readonly key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 24 * 3600 * 1000;

/** Ten years: replacing it means giving every client a new file. */
export const authorityLifetime = 3650 * day;
/** Half of what clients of 2026 accept from public authorities would do; a year keeps clocks and pauses harmless. */
export const serverLifetime = 365 * day;
/** Renewed when less than this is left. */
export const renewBefore = 30 * day;

/** Clocks of pods and clients differ; a certificate is valid from a little before it was made. */
const clockSkew = 3600 * 1000;

/** A self-signed authority for the cluster `name`. */
export async function makeAuthority(name: string, now: Date): Promise<KeyPair> {
	const keys = await generateKeys();
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		serialNumber: serialNumber(),
		name: commonName(`mysql-dr ${name}`),
		...validity(now, authorityLifetime),
		signingAlgorithm: algorithm,
		keys,
		extensions: [
			new x509.BasicConstraintsExtension(true, 0, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false),
		],
	});
	return { certificate: `${certificate.toString("pem")}\n`, key: await pem(keys.privateKey) };
}

/**
 * One certificate for all instances, signed by `authority`, valid for `names`. Each mysqld is a client of the
 * others as well (replication, clone), so it serves both purposes.
 */
export async function makeServerCertificate(authority: KeyPair, names: readonly string[], now: Date): Promise<KeyPair> {
	const keys = await generateKeys();
	const issuer = new x509.X509Certificate(authority.certificate);
	const certificate = await x509.X509CertificateGenerator.create({
		serialNumber: serialNumber(),
		subject: commonName("mysql"),
		issuer: issuer.subjectName,
		...validity(now, Math.min(serverLifetime, issuer.notAfter.getTime() - now.getTime())),
		signingAlgorithm: algorithm,
		publicKey: keys.publicKey,
		signingKey: await importKey(authority.key),
		extensions: [
			new x509.BasicConstraintsExtension(false, undefined, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
			new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
			new x509.SubjectAlternativeNameExtension(names.map(alternativeName)),
			await x509.AuthorityKeyIdentifierExtension.create(issuer, false),
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false),
		],
	});
	return { certificate: `${certificate.toString("pem")}\n`, key: await pem(keys.privateKey) };
}

/** When the certificate (PEM; the first one in the file) ends, and what it is valid for. */
export function certificateFacts(certificate: string): {
	readonly notAfter: Date;
	readonly names: readonly string[];
} {
	const parsed = new x509.X509Certificate(certificate);
	const names = parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
	return { notAfter: parsed.notAfter, names: names.map((name) => name.value) };
}

/** Whether one of the authorities in `bundle` signed `certificate` (both PEM). */
export async function isSignedByAny(certificate: string, bundle: string): Promise<boolean> {
	const parsed = new x509.X509Certificate(certificate);
	const checks = x509.PemConverter.decode(bundle).map((der) => {
		const { publicKey } = new x509.X509Certificate(der);
		return parsed.verify({ publicKey, signatureOnly: true });
	});
	return (await Promise.all(checks)).includes(true);
}

function generateKeys() {
	return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function importKey(key: string) {
	return webcrypto.subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(key), algorithm, false, ["sign"]);
}

async function pem(key: webcrypto.CryptoKey): Promise<string> {
	const der = await webcrypto.subtle.exportKey("pkcs8", key);
	return `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n`;
}

/** Random and positive, as RFC 5280 (4.1.2.2) wants it. */
function serialNumber(): string {
	const bytes = webcrypto.getRandomValues(new Uint8Array(16));
	bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
	return Buffer.from(bytes).toString("hex");
}

function validity(now: Date, lifetime: number) {
	return {
		notBefore: new Date(now.getTime() - clockSkew),
		notAfter: new Date(now.getTime() + lifetime),
	};
}

function commonName(name: string): x509.JsonName {
	return [{ CN: [name] }];
}

function alternativeName(name: string): x509.JsonGeneralName {
	return { type: /^[\d.]+$|:/.test(name) ? "ip" : "dns", value: name };
}
