/** The names of a database in both clouds, which are to lead to $ADDRESS. */
import { CloudDnsName } from "../../../components/names/cloudDns.ts";
import { Route53Name } from "../../../components/names/route53.ts";

const common = { host: "mysql.company.com", address: process.env.ADDRESS ?? "" };
new Route53Name("one", { ...common, region: "eu-central-1", zone: "Z0123456789ABCDEFGHIJ", alarms: [] });
new CloudDnsName("other", { ...common, zone: "company-com", project: "company-prod" });
