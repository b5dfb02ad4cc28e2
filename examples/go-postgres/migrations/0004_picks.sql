CREATE TABLE picks (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number   bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    priority integer NOT NULL DEFAULT 0,
    picker   text,
    done_at  timestamptz
);

CREATE INDEX picks_to_do ON picks (priority DESC, id) WHERE picker IS NULL AND done_at IS NULL;

CREATE FUNCTION tell_picks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('picks', NEW.id::text);
    RETURN NULL;
END $$;

CREATE TRIGGER tell_picks AFTER INSERT ON picks FOR EACH ROW EXECUTE FUNCTION tell_picks();
