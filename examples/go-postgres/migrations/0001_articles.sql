CREATE TABLE articles (
    sku        text PRIMARY KEY CHECK (sku ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$'),
    name       text NOT NULL CHECK (name <> ''),
    barcode    text UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX articles_by_name ON articles (lower(name) text_pattern_ops);
