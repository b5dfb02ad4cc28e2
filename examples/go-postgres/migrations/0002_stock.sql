CREATE TABLE places (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code     text NOT NULL UNIQUE CHECK (code <> ''),
    capacity integer CHECK (capacity > 0)
);

-- What came and went, for good: corrections are further movements.
CREATE TABLE movements (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku      text NOT NULL REFERENCES articles,
    place_id bigint NOT NULL REFERENCES places,
    quantity integer NOT NULL CHECK (quantity <> 0),
    reason   text NOT NULL CHECK (reason IN ('received', 'moved', 'shipped', 'counted')),
    note     text NOT NULL DEFAULT '',
    at       timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX movements_by_article ON movements (sku, id);

-- The sum of movements, kept by the trigger below.
CREATE TABLE stock (
    sku      text NOT NULL REFERENCES articles,
    place_id bigint NOT NULL REFERENCES places,
    quantity integer NOT NULL CONSTRAINT enough_stock CHECK (quantity >= 0),
    PRIMARY KEY (sku, place_id)
);

CREATE FUNCTION keep_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stock AS s (sku, place_id, quantity) VALUES (NEW.sku, NEW.place_id, 0) ON CONFLICT DO NOTHING;
    UPDATE stock SET quantity = quantity + NEW.quantity WHERE sku = NEW.sku AND place_id = NEW.place_id;
    RETURN NULL;
END $$;

CREATE TRIGGER keep_stock AFTER INSERT ON movements FOR EACH ROW EXECUTE FUNCTION keep_stock();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'movements stay as they are' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON movements FOR EACH ROW EXECUTE FUNCTION refuse_change();
