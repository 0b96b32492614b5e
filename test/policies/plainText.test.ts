import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { givesPasswordAsArgument, holdsPlainSecret, isPlainSecret } from "../../policies/secrets/plainText.ts";

describe("a secret as it is", () => {
	test.each([
		["MYSQL_ROOT_PASSWORD", "verysecret"],
		["MARIADB_PASSWORD", "12345678"],
		["password", "x1"],
		["rootPassword", "verysecret"],
		["AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"],
		["restic-passphrase", "correct horse"],
		["api_token", "abcdef"],
		["DB_PASS", "verysecret"],
		["MYSQL_ROOT_PASSWORD_OLD", "verysecret"],
		["REPORT_PASSWORD", "verysecret"],
		["DB_PASSWORD", "refuse2day"],
		["DB_PASSWORD", "fileserver9"],
		["DB_PASSWORD", "vault-of-1999"],
		["DB_PASSWORD", "/x9.dk3"],
	])("is the setting %s with the value %s", (name, value) => {
		expect(isPlainSecret(name, value)).toBe(true);
	});

	test.each([
		["MYSQL_ROOT_PASSWORD", ""],
		["MYSQL_ROOT_PASSWORD", "$(FROM_SECRET)"],
		["MYSQL_ROOT_PASSWORD", "$FROM_ENVIRONMENT"],
		["MYSQL_ROOT_PASSWORD", "{{ .Values.password }}"],
		["MYSQL_ROOT_PASSWORD_FILE", "/run/secrets/root"],
		["MYSQL_ALLOW_EMPTY_PASSWORD", "yes"],
		["MYSQL_RANDOM_ROOT_PASSWORD", "true"],
		["validate_password.policy", "STRONG"],
		["default_password_lifetime", "360"],
		["passwordSecret", "mysql-credentials"],
		["DB_PASSWORD", "vault:secret/data/db#password"],
		["DB_PASSWORD", "ref+awssecrets://shop/db"],
		["DB_PASSWORD", "projects/shop/secrets/db/versions/1"],
		["DB_PASSWORD", "/run/secrets/db"],
		["MYSQL_ONETIME_PASSWORD", "mandatory"],
		["MYSQL_USER", "shop"],
		["default_authentication_plugin", "mysql_native_password"],
	])("is not the setting %s with the value %s", (name, value) => {
		expect(isPlainSecret(name, value)).toBe(false);
	});

	test.each([
		["mysql -u root -pverysecret"],
		["mysqldump -h db --password=verysecret --all-databases"],
		["xtrabackup --backup --password verysecret"],
		["mysql://shop:verysecret@db:3306/shop"],
		["CREATE USER 'r'@'%' IDENTIFIED WITH caching_sha2_password BY 'verysecret'"],
		["[client]\nuser=root\npassword = verysecret\n"],
		['{"user":"root","password":"verysecret"}'],
		["export MYSQL_PWD=verysecret; mysql -h db"],
		["-----BEGIN RSA PRIVATE KEY-----\nMIIE"],
	])("is in %j", (text) => {
		expect(holdsPlainSecret(text)).toBe(true);
	});

	test.each([
		["mysql -u root -p$MYSQL_ROOT_PASSWORD"],
		['mysql -u root -p"$MYSQL_ROOT_PASSWORD"'],
		["mysql --defaults-extra-file=/etc/my/client.cnf -P 3306"],
		["mkdir -p /backup && mysql -h db"],
		["mysql://db:3306/shop"],
		["IDENTIFIED BY '$PASSWORD'"],
		["[mysqld]\nvalidate_password.length=12\npassword_history=5\n"],
		['{"password":{"existingSecret":"mysql"}}'],
		["the password is in the Secret mysql"],
		["postgres -p5432"],
	])("is not in %j", (text) => {
		expect(holdsPlainSecret(text)).toBe(false);
	});

	test("is found wherever it stands in a text", () => {
		const around = fc.string({ unit: fc.constantFrom("a", " ", "\n", "#", "=") });
		fc.assert(
			fc.property(around, around, (before, after) => {
				expect(holdsPlainSecret(`${before}\npassword=verysecret\n${after}`)).toBe(true);
			}),
		);
	});
});

describe("an argument that is a password", () => {
	test.each([
		["mysql -h $1 -u root -p$MYSQL_ROOT_PASSWORD", true],
		["mysqldump --password=$PASSWORD", true],
		["mysqldump --defaults-extra-file=/etc/my.cnf -P 3306", false],
		["psql -p 5432; mysql -h db", false],
	])("in %j: %p", (text, expected) => {
		expect(givesPasswordAsArgument(text)).toBe(expected);
	});
});
