/** What a template of tests holds: keys, counters, computed columns, code in all forms, views of views, odd names. */
export const SCHEMA = `
CREATE TABLE customers (
  id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NOT NULL DEFAULT 'it''s', \`odd \`\`name\` INT DEFAULT 3 COMMENT 'a; b '' c',
  up VARCHAR(100) AS (UPPER(name)) STORED, hidden INT INVISIBLE DEFAULT 7, UNIQUE KEY by_name (name)
) AUTO_INCREMENT=100 COMMENT='has ) ENGINE=InnoDB AUTO_INCREMENT=9';
CREATE TABLE orders (
  id BIGINT AUTO_INCREMENT PRIMARY KEY, customer INT NOT NULL,
  at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, total DECIMAL(10,2), doc JSON, pic BLOB,
  FOREIGN KEY (customer) REFERENCES customers(id) ON DELETE CASCADE, CHECK (total >= 0)
);
CREATE TABLE audit (what VARCHAR(200), n INT);
INSERT INTO customers (id, name, hidden) VALUES (1, 'Ada', 1), (2, 'żółć 🦆', NULL);
INSERT INTO orders (customer, at, total, doc, pic) VALUES (1, '2020-01-02 03:04:05', 12.5, '{"a": 1}', x'00ff27'), (2, '2021-03-28 02:30:00', 0, NULL, NULL);
DELIMITER //
CREATE FUNCTION doubled(n INT) RETURNS INT DETERMINISTIC BEGIN /* ; */ RETURN n * 2; END //
CREATE PROCEDURE note(IN text VARCHAR(200)) BEGIN INSERT INTO audit VALUES (text, doubled(1)); END //
CREATE TRIGGER second_made AFTER INSERT ON orders FOR EACH ROW CALL note(CONCAT('made ', NEW.id)) //
CREATE TRIGGER made_first AFTER INSERT ON orders FOR EACH ROW PRECEDES second_made INSERT INTO audit VALUES ('first', NEW.id) //
CREATE TRIGGER gone BEFORE DELETE ON orders FOR EACH ROW BEGIN INSERT INTO audit VALUES ('gone', OLD.id); END //
DELIMITER ;
CREATE VIEW z_names AS SELECT id, name FROM customers WHERE id > 0;
CREATE VIEW a_view AS SELECT z.name, doubled(z.id) AS twice, 'from \`z\`.' AS text FROM z_names z JOIN orders o ON o.customer = z.id -- ends
;
`;

/** What few templates hold: each has a way of its own to be copied wrongly. For the database `app`. */
export const ODDITIES = `
ALTER DATABASE app CHARACTER SET latin1;
CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 2 CACHE 10;
SELECT NEXTVAL(numbers);
CREATE TABLE numbered (id BIGINT DEFAULT NEXTVAL(numbers), \`key\` INT) ENGINE=Aria;
INSERT INTO numbered (\`key\`) VALUES (0), (1);
CREATE TABLE history (id INT PRIMARY KEY, n INT) WITH SYSTEM VERSIONING;
INSERT INTO history VALUES (1, 1), (2, 2);
UPDATE history SET n = 5;
DELETE FROM history WHERE id = 2;
CREATE TABLE zero (id INT AUTO_INCREMENT PRIMARY KEY, at DATETIME DEFAULT '0000-00-00');
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
INSERT INTO zero VALUES (0, '0000-00-00');
SET sql_mode = DEFAULT;
CREATE TABLE parts (id INT PRIMARY KEY, body TEXT, at DATE) PARTITION BY HASH (id) PARTITIONS 2;
INSERT INTO parts VALUES (1, REPEAT('long ', 10000), '2020-01-01'), (2, '', NULL);
CREATE TABLE texts (id INT PRIMARY KEY, body TEXT, FULLTEXT KEY (body));
CREATE TABLE child (p INT, FOREIGN KEY (p) REFERENCES zero (id));
SET foreign_key_checks = 0;
INSERT INTO child VALUES (99);
SET foreign_key_checks = 1;
CREATE VIEW crossing AS SELECT o.id, c.DESCRIPTION, '\`app\`.' AS text FROM app.orders o LEFT JOIN information_schema.CHARACTER_SETS c ON FALSE;
CREATE TRIGGER app.named BEFORE UPDATE ON app.audit FOR EACH ROW SET NEW.n = 1;
SET NAMES latin1;
CREATE PROCEDURE \`app\`.\`qualified\`() SELECT 'app.x';
SET NAMES utf8mb4;
SET time_zone = '+02:00';
CREATE EVENT later ON SCHEDULE EVERY 1 YEAR STARTS '2030-03-31 02:30:00' COMMENT 'it''s' DO INSERT INTO audit VALUES ('e', 1);
CREATE EVENT off ON SCHEDULE EVERY 1 DAY DISABLE DO SET @x = 1;
`;
