import { describe, expect, test } from "@jest/globals";
import { sign } from "../../../local/site/s3.ts";

describe("signed requests", () => {
	test("equal the example of the AWS documentation (GET bucket lifecycle)", () => {
		const headers = sign(
			new URL("https://examplebucket.s3.amazonaws.com/?lifecycle="),
			"us-east-1",
			{ accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" },
			{ method: "GET", path: "/", query: "lifecycle" },
			new Date("2013-05-24T00:00:00Z"),
		);
		expect(headers).toEqual({
			"x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			"x-amz-date": "20130524T000000Z",
			authorization:
				"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
		});
	});
});
