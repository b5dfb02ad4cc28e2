CREATE SEQUENCE order_numbers;

CREATE TABLE orders (
    number     bigint PRIMARY KEY DEFAULT nextval('order_numbers'),
    status     text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'shipped', 'cancelled', 'expired')),
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

ALTER SEQUENCE order_numbers OWNED BY orders.number;

-- What of the stock is promised to an open order.
CREATE TABLE reservations (
    number   bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    sku      text NOT NULL REFERENCES articles,
    place_id bigint NOT NULL REFERENCES places,
    quantity integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (number, sku, place_id)
);

CREATE VIEW free_stock AS
SELECT s.sku, s.place_id, s.quantity - COALESCE(sum(r.quantity) FILTER (WHERE o.status = 'open'), 0)::integer AS quantity
FROM stock s
LEFT JOIN reservations r USING (sku, place_id)
LEFT JOIN orders o USING (number)
GROUP BY s.sku, s.place_id;
