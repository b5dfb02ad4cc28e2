import { expect, it } from "vitest";
import { clientOf, valuesAt, variablesOf } from "./address.ts";

const space = {
  name: "st_1",
  port: 3306,
  values: { user: "st_1", password: "p@ss/ ", name: "st_1", server: "mariadb", client: "mariadb" },
};

it("is one url that libraries read, and Go's own form", () => {
  const values = valuesAt(space, { host: "db", port: 33 });
  expect(values["url"]).toBe("mysql://st_1:p%40ss%2F%20@db:33/st_1");
  expect(decodeURIComponent(new URL(values["url"] ?? "").password)).toBe("p@ss/ ");
  expect(values["dsn"]).toBe("st_1:p@ss/ @tcp(db:33)/st_1");
  expect(valuesAt(space, { host: "::1", port: 33 })).toMatchObject({
    host: "::1",
    url: expect.stringContaining("@[::1]:33/"),
  });
});

it("gives the variables of the images and of the clients", () => {
  expect(variablesOf(valuesAt(space, { host: "db", port: 33 }))).toMatchObject({
    MYSQL_HOST: "db",
    MYSQL_TCP_PORT: "33",
    MYSQL_PWD: "p@ss/ ",
    MYSQL_DATABASE: "st_1",
  });
});

it("opens the server's own client, whose password is no argument", () => {
  const { argv, env } = clientOf(valuesAt(space, { host: "127.0.0.1", port: 3306 }));
  expect(argv[0]).toBe("mariadb");
  expect(argv.join(" ")).not.toContain("p@ss");
  expect(env).toEqual({ MYSQL_PWD: "p@ss/ " });
  expect(clientOf({ ...space.values, client: "mysql", server: "mysql" }).argv).not.toContain("--skip-ssl");
});
