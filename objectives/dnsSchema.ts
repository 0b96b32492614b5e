/** The name by which applications reach a database, wherever it is: `databases[].dns`. */
import { z } from "zod";
import { project, words } from "./words.ts";

const route53 = z
	.strictObject({
		zone: words("is no hosted zone's ID", 'write the ID, such as "Z0123456789ABCDEFGHIJ"', /^Z[A-Z0-9]{3,31}$/),
		/** Route 53 asks from outside: a database that is private is seen by what needs it. */
		check: z
			.url({ protocol: /^https$/, error: "is not a web address" })
			.describe('write a page of the application\'s that needs the database, such as "https://shop.example.com/health"')
			.optional(),
	})
	.describe("write the hosted zone of Route 53");

const cloudDns = z
	.strictObject({
		zone: words(
			"is no managed zone's name",
			'write the name, such as "company-com"',
			/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
		),
		project: project("the zone is in it; by default it is that of the stores or of the cluster").optional(),
	})
	.describe("write the managed zone of Cloud DNS");

export const dnsSchema = z
	.strictObject({
		host: words(
			"is no host's name",
			'write the name that applications use, such as "mysql.example.com"',
			/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
		),
		aws: route53.optional(),
		gcp: cloudDns.optional(),
	})
	.describe("write host and the zone that it is in");
