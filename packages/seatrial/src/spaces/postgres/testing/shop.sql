-- A schema with some of everything that a test can change.
CREATE EXTENSION pgcrypto;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);

CREATE TABLE customers (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  code char(4),
  mood mood DEFAULT 'ok',
  details jsonb,
  upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
  "odd ""name"", %s" text
);
CREATE TABLE orders (
  id serial PRIMARY KEY,
  customer int NOT NULL REFERENCES customers ON DELETE CASCADE,
  amount positive,
  at timestamptz DEFAULT '2020-01-01 00:00:00+00',
  data bytea
);
CREATE UNLOGGED TABLE visits (id bigserial PRIMARY KEY, page text);
CREATE TABLE events (id int, day date NOT NULL, note text) PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE empty_one (a int);
CREATE TABLE parents (a int);
CREATE TABLE children (b int) INHERITS (parents);
CREATE TABLE large_one AS SELECT g AS id, repeat('x', 200) AS filler FROM generate_series(1, 4000) g;
CREATE SEQUENCE numbers START 100 INCREMENT 5;
SELECT nextval('numbers'), setval('orders_id_seq', 41, false);

INSERT INTO customers (name, code, details, "odd ""name"", %s") VALUES
  ('Ann', 'a', '{"a": [1, null]}', NULL), ('Bob', 'bb', NULL, E'back\\slash ''quote'' "double" %L $1 \n new line'), ('Żółć 🦆', '', '{}', '');
INSERT INTO orders (customer, amount, data) SELECT 1 + g % 3, g, decode(md5(g::text), 'hex') FROM generate_series(1, 20) g;
INSERT INTO events SELECT g, date '2020-06-01' + 30 * g, 'note ' || g FROM generate_series(1, 15) g;
INSERT INTO visits (page) VALUES ('/'), ('/about');
INSERT INTO parents VALUES (1);
INSERT INTO children VALUES (2, 3);

CREATE VIEW rich AS SELECT customer, sum(amount) AS total FROM orders GROUP BY customer;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS orders FROM orders;
CREATE TABLE log (at serial, what text);
CREATE FUNCTION note_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log (what) VALUES (TG_OP);
  RETURN NULL;
END $$;
CREATE TRIGGER note_order AFTER INSERT OR UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION note_order();
CREATE FUNCTION as_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM orders';
CREATE INDEX ON orders (customer);
ALTER TABLE empty_one ENABLE ROW LEVEL SECURITY;
CREATE POLICY nobody ON empty_one USING (false);
COMMENT ON TABLE customers IS 'who buys';
GRANT SELECT ON customers TO PUBLIC;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET "shop.setting" = %L', current_database(), 'a, "b" ''c'''); END $$;
