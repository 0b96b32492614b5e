/** What an application may have on its old server. */

/** A key of each kind, what belongs to others, text and bytes, nothing at all, children. */
export const application = `CREATE DATABASE app CHARACTER SET latin1 COLLATE latin1_swedish_ci;
CREATE USER 'shop'@'%' IDENTIFIED BY 'shop''s own'; GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE, TRIGGER, EVENT ON app.* TO 'shop'@'%';
CREATE ROLE reader; GRANT SELECT ON app.* TO reader; CREATE USER 'auditor'@'%' IDENTIFIED BY 'a' DEFAULT ROLE reader; GRANT reader TO 'auditor'@'%';
GRANT PROCESS, SUPER ON *.* TO 'shop'@'%';
USE app;
CREATE TABLE customer (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) CHARACTER SET utf8mb4, note VARCHAR(40), photo BLOB, born DATE, paid DECIMAL(9,2), rate DOUBLE, small FLOAT, about JSON, flags BIT(5), at TIMESTAMP NULL, place POINT, doubled DECIMAL(10,2) AS (paid * 2) STORED, half DECIMAL(10,2) AS (paid / 2));
INSERT INTO customer (name, note, photo, born, paid, rate, small, about, flags, at, place) VALUES
 ('Zoë 🐬', 'caf\\u00e9', 0x00ff27, '2000-02-29', 1.50, 0.1, 0.1, '{"a": [1, null]}', b'101', '2026-01-01 00:00:00', POINT(1, 2)), (NULL, '', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE purchase (customer INT, nr INT, PRIMARY KEY (customer, nr), CONSTRAINT bought FOREIGN KEY (customer) REFERENCES customer (id));
`;

export const programs = [
	"CREATE DEFINER = 'shop'@'%' VIEW app.named AS SELECT id, name FROM app.customer WHERE name IS NOT NULL",
	"CREATE DEFINER = 'shop'@'%' FUNCTION app.twice(n INT) RETURNS INT DETERMINISTIC RETURN 2 * n",
	"CREATE DEFINER = 'shop'@'%' PROCEDURE app.count_all() SELECT COUNT(*) FROM app.customer",
	"CREATE DEFINER = 'shop'@'%' TRIGGER app.tidy BEFORE INSERT ON app.purchase FOR EACH ROW SET NEW.nr = ABS(NEW.nr)",
	"CREATE DEFINER = 'shop'@'%' EVENT app.nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO DELETE FROM app.purchase WHERE nr < 0",
	"CREATE DEFINER = 'shop'@'%' EVENT app.retired ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO DELETE FROM app.purchase",
];
