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
