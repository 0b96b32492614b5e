/**
 * The site's keys: one authority, a certificate for each server and client. What is there is kept unless what it stands for has
 * changed (a site that got another slot has other addresses).
 */
import "reflect-metadata";
import { generateKeyPairSync, randomBytes, webcrypto } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { apiServiceAddress, type Layout } from "./layout.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
/** A site is thrown away long before. */
const lifetime = 10 * 365 * 24 * 3600 * 1000;

/** What a certificate stands for. */
export interface Identity {
	/** File name, without .crt and .key. */
	readonly file: string;
	readonly commonName: string;
	readonly organisation?: string;
	/** Names and addresses of a server; a client has none. */
	readonly hosts?: readonly string[];
}

interface Authority {
	readonly certificate: x509.X509Certificate;
	readonly keys: webcrypto.CryptoKeyPair;
}

/** Every identity of a site. */
export function identitiesOf(layout: Layout): Identity[] {
	const service = "kubernetes.default.svc";
	const names = ["kubernetes", "kubernetes.default", service];
	return [
		{
			file: "apiserver",
			commonName: "kube-apiserver",
			hosts: [
				...names,
				`${service}.cluster.local`,
				"localhost",
				"127.0.0.1",
				apiServiceAddress,
				layout.control.address,
			],
		},
		client("apiserver-kubelet", "kube-apiserver-kubelet", "system:masters"),
		client("admin", "admin", "system:masters"),
		client("controller-manager", "system:kube-controller-manager"),
		client("scheduler", "system:kube-scheduler"),
		client("proxy", "system:kube-proxy"),
		client("csi", "mysql-dr:csi", "mysql-dr:csi"),
		...layout.zones.flatMap(({ name, address }) => [
			client(`kubelet-${name}`, `system:node:${name}`, "system:nodes"),
			{
				file: `kubelet-${name}-server`,
				commonName: `system:node:${name}`,
				organisation: "system:nodes",
				hosts: [name, address],
			},
		]),
	];
}

/** The clients that speak to the API server from a machine or a desk, and so have a kubeconfig. */
export function kubeconfigUsers(layout: Layout): string[] {
	const zones = layout.zones.map(({ name }) => `kubelet-${name}`);
	return ["controller-manager", "scheduler", "proxy", "csi", ...zones];
}

/** Makes what is missing in the folder. */
export async function ensureKeys(folder: string, layout: Layout): Promise<void> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	x509.cryptoProvider.set(webcrypto);
	const authority = await ensureAuthority(folder);
	await ensureSigner(folder);
	await Promise.all(identitiesOf(layout).map((identity) => ensureCertificate(folder, authority, identity)));
}

function client(file: string, commonName: string, organisation?: string): Identity {
	return organisation === undefined ? { file, commonName } : { file, commonName, organisation };
}

async function ensureAuthority(folder: string): Promise<Authority> {
	const present = await readPair(folder, "ca");
	if (present)
		return {
			certificate: new x509.X509Certificate(present.certificate),
			keys: await importPair(present.key),
		};
	const keys = await newPair();
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		name: "CN=mysql-dr local site",
		keys,
		...validity(),
		extensions: [
			new x509.BasicConstraintsExtension(true, undefined, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
		],
	});
	await writePair(folder, "ca", certificate, keys);
	return { certificate, keys };
}

async function ensureCertificate(folder: string, authority: Authority, identity: Identity): Promise<void> {
	const meaning = JSON.stringify([identity, authority.certificate.serialNumber]);
	const note = join(folder, `${identity.file}.for`);
	if ((await readText(note)) === meaning) return;
	const keys = await newPair();
	const certificate = await x509.X509CertificateGenerator.create({
		subject: subjectOf(identity),
		issuer: authority.certificate.subject,
		signingKey: authority.keys.privateKey,
		publicKey: keys.publicKey,
		...validity(),
		extensions: await extensionsOf(identity, authority),
	});
	await writePair(folder, identity.file, certificate, keys);
	await writeFile(note, meaning); // last: only a finished pair is kept
}

function subjectOf({ organisation, commonName }: Identity): string {
	const common = `CN=${commonName}`;
	return organisation === undefined ? common : `O=${organisation}, ${common}`;
}

async function extensionsOf({ hosts }: Identity, authority: Authority) {
	const usage = hosts ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
	const names = (hosts ?? []).map((value) => ({ type: /^[\d.]+$/.test(value) ? "ip" : "dns", value }) as const);
	return [
		new x509.BasicConstraintsExtension(false),
		new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
		new x509.ExtendedKeyUsageExtension([usage]),
		await x509.AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
		...(hosts ? [new x509.SubjectAlternativeNameExtension(names)] : []),
	];
}

function validity() {
	return {
		serialNumber: `00${randomBytes(15).toString("hex")}`,
		notBefore: new Date(Date.now() - 3600_000), // clocks of restored machines
		notAfter: new Date(Date.now() + lifetime),
		signingAlgorithm: algorithm,
	};
}

/** The key that service account tokens are signed with: `sa.key`, and `sa.pub` to check them. */
async function ensureSigner(folder: string): Promise<void> {
	if (await readText(join(folder, "sa.pub"))) return;
	const { privateKey, publicKey } = generateKeyPairSync("ec", {
		namedCurve: "P-256",
	});
	await writeSecret(join(folder, "sa.key"), privateKey.export({ type: "sec1", format: "pem" }).toString());
	await writeFile(join(folder, "sa.pub"), publicKey.export({ type: "spki", format: "pem" }));
}

async function newPair(): Promise<webcrypto.CryptoKeyPair> {
	return (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
}

async function importPair(pem: string): Promise<webcrypto.CryptoKeyPair> {
	const raw = x509.PemConverter.decodeFirst(pem);
	const privateKey = await webcrypto.subtle.importKey("pkcs8", raw, algorithm, true, ["sign"]);
	const { kty, crv, x, y } = await webcrypto.subtle.exportKey("jwk", privateKey);
	const open = { kty, crv, x, y } as webcrypto.JsonWebKey;
	const publicKey = await webcrypto.subtle.importKey("jwk", open, algorithm, true, ["verify"]);
	return { privateKey, publicKey } as webcrypto.CryptoKeyPair;
}

async function writePair(
	folder: string,
	name: string,
	certificate: x509.X509Certificate,
	keys: webcrypto.CryptoKeyPair,
): Promise<void> {
	const raw = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
	const pem = x509.PemConverter.encode(raw, "PRIVATE KEY");
	await writeSecret(join(folder, `${name}.key`), `${pem}\n`);
	await writeFile(join(folder, `${name}.crt`), `${certificate.toString("pem")}\n`);
}

async function readPair(folder: string, name: string) {
	const [certificate, key] = await Promise.all([
		readText(join(folder, `${name}.crt`)),
		readText(join(folder, `${name}.key`)),
	]);
	return certificate && key ? { certificate, key } : undefined;
}

async function writeSecret(path: string, text: string): Promise<void> {
	await writeFile(path, text, { mode: 0o600 });
}

async function readText(path: string): Promise<string | undefined> {
	return readFile(path, "utf8").catch(() => undefined);
}
