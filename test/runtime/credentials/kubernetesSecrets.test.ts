import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import { ApiException, type CoreV1Api, type V1Secret } from "@kubernetes/client-node";
import { kubernetesSecrets } from "../../../runtime/credentials/kubernetesSecrets.ts";
import { ConflictError } from "../../../runtime/credentials/secretStore.ts";

const read = jest.fn<CoreV1Api["readNamespacedSecret"]>();
const create = jest.fn<CoreV1Api["createNamespacedSecret"]>();
const replace = jest.fn<CoreV1Api["replaceNamespacedSecret"]>();
const core = {
	readNamespacedSecret: read,
	createNamespacedSecret: create,
	replaceNamespacedSecret: replace,
} as unknown as CoreV1Api;
const store = kubernetesSecrets(core, { namespace: "shop", labels: { "mysql-dr/cluster": "mysql" } });

const secret = (data: Record<string, string>, resourceVersion = "7"): V1Secret => ({
	metadata: { name: "s", resourceVersion, annotations: { kept: "yes" } },
	type: "kubernetes.io/tls",
	data,
});
const refusal = (code: number) => new ApiException(code, "refused", undefined, {});

beforeEach(() => {
	for (const call of [read, create, replace]) call.mockReset();
});

describe("kubernetesSecrets", () => {
	test("reads texts out of base64", async () => {
		read.mockResolvedValue(secret({ app: Buffer.from("pass").toString("base64") }));
		expect(await store.get("s")).toEqual({ data: { app: "pass" }, resourceVersion: "7" });
	});

	test("an absent Secret is undefined", async () => {
		read.mockRejectedValue(refusal(404));
		expect(await store.get("s")).toBeUndefined();
	});

	test("a Secret that may not be read is an error, not an absent one", async () => {
		read.mockRejectedValue(refusal(403));
		await expect(store.get("s")).rejects.toThrow(ApiException);
	});

	test("makes a labelled Secret", async () => {
		create.mockResolvedValue(secret({}));
		await store.create("s", { app: "pass" });
		expect(create).toHaveBeenCalledWith({
			namespace: "shop",
			body: {
				apiVersion: "v1",
				kind: "Secret",
				metadata: { name: "s", namespace: "shop", labels: { "mysql-dr/cluster": "mysql" } },
				type: "Opaque",
				data: { app: "cGFzcw==" },
			},
		});
	});

	test("a Secret that somebody else made first is a conflict", async () => {
		create.mockRejectedValue(refusal(409));
		await expect(store.create("s", {})).rejects.toThrow(ConflictError);
	});

	test("an update replaces the version that was read, and keeps type and annotations", async () => {
		read.mockResolvedValue(secret({}, "9"));
		replace.mockResolvedValue(secret({}));
		await store.update("s", { app: "pass" }, "7");
		expect(replace.mock.calls[0]?.[0].body).toEqual({
			metadata: { name: "s", resourceVersion: "7", annotations: { kept: "yes" } },
			type: "kubernetes.io/tls",
			data: { app: "cGFzcw==" },
		});
	});
});
