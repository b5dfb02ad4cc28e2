CREATE EXTENSION btree_gist;

CREATE TABLE rooms (
    name  text PRIMARY KEY,
    seats integer NOT NULL CHECK (seats > 0)
);

CREATE TABLE bookings (
    id     text PRIMARY KEY,
    room   text NOT NULL REFERENCES rooms,
    title  text NOT NULL,
    people integer NOT NULL CHECK (people > 0),
    during tstzrange NOT NULL,
    CONSTRAINT one_at_a_time EXCLUDE USING gist (room WITH =, during WITH &&)
);
