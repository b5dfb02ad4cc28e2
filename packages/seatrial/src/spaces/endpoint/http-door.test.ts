import type { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { ask, dial } from "../testing/dial.ts";
import { testEndpoint } from "../testing/endpoint.ts";

/** Everything that comes until the connection ends. */
async function readAll(connection: Duplex): Promise<string> {
  let text = "";
  for await (const chunk of connection) text += String(chunk);
  return text;
}

const head = (authorization: string, rest = "") =>
  `POST /v1/spaces HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n${rest}`;

describe("HTTP at an endpoint", () => {
  it("serves several requests on one connection, in order, also when they are sent at once", async () => {
    const { endpoint, broker, headers } = testEndpoint();
    const connection = dial(endpoint);
    const body = JSON.stringify({ space: "postgres", test: "T" });
    const one = `${head(headers.authorization)}Content-Length: ${body.length}\r\n\r\n${body}`;
    connection.write(one.repeat(20));
    connection.write(`GET /v1/stats HTTP/1.1\r\nHost: x\r\nAuthorization: wrong\r\n\r\n`);
    const text = await readAll(connection);
    expect([...text.matchAll(/HTTP\/1\.1 201/g)]).toHaveLength(20);
    expect([...text.matchAll(/"id":"(lease-\d+)"/g)].map(([, id]) => id)).toEqual(
      broker.requests.map((_, at) => `lease-${at + 1}`),
    );
    expect(text).toContain("HTTP/1.1 401");
  });

  it("does not read a body of more than 64 KiB, announced or not", async () => {
    const { endpoint, broker, headers } = testEndpoint();
    const body = { space: "postgres", test: "x".repeat(66_000) };
    const announced = await ask(dial(endpoint), { method: "POST", path: "/v1/spaces", headers, body });
    expect(announced).toMatchObject({ status: 413, body: { code: "SPACE_REQUEST_INVALID" } });
    expect(announced.headers.connection).toBe("close");
    const connection = dial(endpoint);
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    connection.write(`${head(headers.authorization)}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(5)}`);
    expect(await readAll(connection)).toContain("HTTP/1.1 413");
    expect(broker.requests).toEqual([]);
    const largest = { space: "postgres", test: "x".repeat(65_000) };
    expect(
      (await ask(dial(endpoint), { method: "POST", path: "/v1/spaces", headers, body: largest })).status,
    ).toBe(201);
  });

  it("refuses what is not HTTP, not JSON or not UTF-8, and lives on", async () => {
    const { endpoint, headers } = testEndpoint();
    for (const garbage of [
      "\x16\x03\x01\x02\x00\x01",
      "hello\r\n\r\n",
      `GET ${"/x".repeat(20_000)} HTTP/1.1\r\n\r\n`,
    ]) {
      const connection = dial(endpoint);
      connection.write(garbage);
      expect(await readAll(connection)).toMatch(/^(HTTP\/1\.1 4\d\d .*)?/);
    }
    const asked = { method: "POST", path: "/v1/spaces", headers };
    for (const bodyText of ["", "{", "[".repeat(60_000), "{}{}", "\u0000"])
      expect((await ask(dial(endpoint), { ...asked, bodyText })).body.code).toBe("SPACE_REQUEST_INVALID");
    const connection = dial(endpoint);
    connection.write(`${head(headers.authorization)}Content-Length: 2\r\nConnection: close\r\n\r\n`);
    connection.write(Buffer.from([0xc3, 0x28]));
    expect(await readAll(connection)).toContain("is not JSON");
    const paths = [
      "/",
      "//",
      "/v1",
      "/v1/spaces/",
      "/v2/spaces",
      "/v1/spaces/a/b/c",
      "/v1/%zz",
      "*",
      "http://x/v1/stats",
    ];
    for (const path of paths) {
      const answer = await ask(dial(endpoint), { method: "GET", path, headers });
      expect([400, 404], path).toContain(answer.status);
    }
    for (const method of ["PUT", "PATCH", "OPTIONS"]) {
      expect((await ask(dial(endpoint), { method, path: "/v1/spaces", headers })).status).toBe(404);
    }
    expect((await ask(dial(endpoint), { method: "GET", path: "/v1/stats", headers })).status).toBe(200);
  });

  it("gives up on a request whose headers or body do not come, and not on a client that is silent between requests", async () => {
    const { endpoint, headers } = testEndpoint({ patience: 60 });
    const slowHead = dial(endpoint);
    slowHead.write("POST /v1/spa");
    const slowBody = dial(endpoint);
    slowBody.write(`${head(headers.authorization)}Content-Length: 100\r\n\r\n{"space":`);
    const silent = dial(endpoint);
    silent.write(`GET /v1/stats HTTP/1.1\r\nHost: x\r\nAuthorization: ${headers.authorization}\r\n\r\n`);
    const untouched = dial(endpoint);
    expect(await readAll(slowHead)).toBe("");
    expect(await readAll(slowBody)).toContain("HTTP/1.1 408");
    await new Promise((resolve) => setTimeout(resolve, 150));
    for (const connection of [silent, untouched]) {
      connection.write(`GET /v1/stats HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\n\r\n`);
      expect(await readAll(connection)).toContain("HTTP/1.1 401");
    }
  });

  it("gives no answer to a client that is gone, and none of it is an error of the owner", async () => {
    const { endpoint, broker, headers } = testEndpoint();
    for (let at = 0; at < 30; at += 1) {
      const connection = dial(endpoint);
      const body = JSON.stringify({ space: "postgres", test: "T" });
      connection.write(
        `${head(headers.authorization)}Content-Length: ${body.length}\r\n\r\n${body.slice(0, at)}`,
      );
      await new Promise((resolve) => setImmediate(resolve));
      connection.destroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(broker.leased).toEqual([]);
    expect((await ask(dial(endpoint), { method: "GET", path: "/v1/stats", headers })).status).toBe(200);
  });
});
