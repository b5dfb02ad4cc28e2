import { expect, test } from "vitest";
import { postgresKind } from "./index.ts";

const space = {
  name: "st_1",
  port: 5432,
  values: { user: "st_1", password: "p/w", name: "st_1", sslmode: "disable" },
};

test("the address of a space is a URL, its parts, and what libpq reads", () => {
  const values = postgresKind.values(space, { host: "postgres", port: 5432 });
  expect(values).toEqual({
    ...space.values,
    host: "postgres",
    port: "5432",
    url: "postgres://st_1:p%2Fw@postgres:5432/st_1",
  });
  expect(postgresKind.env(values)).toEqual({
    PGHOST: "postgres",
    PGPORT: "5432",
    PGUSER: "st_1",
    PGPASSWORD: "p/w",
    PGDATABASE: "st_1",
    PGSSLMODE: "disable",
  });
  expect(postgresKind.client(values)).toEqual({ argv: ["psql"], env: postgresKind.env(values) });
});

test("an address of version 6 stands in brackets in the URL, and nowhere else", () => {
  const values = postgresKind.values(space, { host: "::1", port: 1 });
  expect(values).toMatchObject({ host: "::1", url: "postgres://st_1:p%2Fw@[::1]:1/st_1" });
});
