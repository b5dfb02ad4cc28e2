import { describe, expect, test } from "vitest";
import { rabbitmqClient, rabbitmqEnv, rabbitmqValues } from "./address.ts";

const space = {
  name: "a/b",
  port: 5672,
  values: { user: "u@x", password: "p:/?", name: "a/b", vhost: "a/b" },
};

describe("a vhost's address", () => {
  test("has everything percent-encoded in its url, and plain elsewhere", () => {
    const values = rabbitmqValues(space, { host: "queue", port: 5673 });
    expect(values).toEqual({
      url: "amqp://u%40x:p%3A%2F%3F@queue:5673/a%2Fb",
      host: "queue",
      port: "5673",
      user: "u@x",
      password: "p:/?",
      name: "a/b",
      vhost: "a/b",
    });
    expect(rabbitmqEnv(values)).toMatchObject({
      AMQP_URL: values["url"],
      RABBITMQ_VHOST: "a/b",
      RABBITMQ_PORT: "5673",
    });
    expect(rabbitmqValues(space, { host: "::1", port: 1 })["url"]).toContain("@[::1]:1/");
  });

  test("reaches the client by its environment, never by the text of a command", () => {
    const vhost = '"; rm -rf / #';
    const { argv, env } = rabbitmqClient({ user: "u@x", password: "p:/?", vhost });
    expect(argv.join(" ")).not.toMatch(/rm -rf|u@x/);
    expect(env).toMatchObject({ RABBITMQ_VHOST: vhost, VHOST_PATH: encodeURIComponent(vhost) });
    expect(Buffer.from(env["LOGIN"] ?? "", "base64").toString()).toBe("u@x:p:/?");
  });
});
