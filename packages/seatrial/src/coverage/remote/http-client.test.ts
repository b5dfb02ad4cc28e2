import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createHttpClient } from "./http-client.ts";
import { say, startServer } from "./testing/server.ts";

const CONNECTING_FOR_EVER = () => undefined;
const { signal } = new AbortController();

describe("a destination that no connection reaches", () => {
  it.each(["http", "https"])("is given up after the silence, by %s", async (scheme) => {
    using http = createHttpClient({ environment: {}, silence: 100, lookup: CONNECTING_FOR_EVER });
    const url = new URL(`${scheme}://storage.example/units`);
    const error = await http.send({ name: "the units", method: "GET", url }, signal).catch((each) => each);
    expect(error).toMatchObject({
      code: "COVERAGE_STORAGE_UNREACHABLE",
      message: "the units: nothing came for 0.1 s",
    });
  });

  it("is left at once when somebody stops", async () => {
    using http = createHttpClient({ environment: {}, silence: 600_000, lookup: CONNECTING_FOR_EVER });
    const stop = new AbortController();
    const url = new URL("http://storage.example/units");
    const sent = http.send({ name: "the units", method: "GET", url }, stop.signal);
    setImmediate(() => stop.abort(new Error("stopped")));
    await expect(sent).rejects.toThrow("stopped");
  });
});

describe("an answer", () => {
  it("may take longer than the silence, as long as something comes", async () => {
    await using server = await startServer(async (_request, response) => {
      response.writeHead(200);
      for (let at = 0; at < 6; at += 1) {
        response.write("x");
        await sleep(100);
      }
      response.end();
    });
    using http = createHttpClient({ environment: {}, silence: 400 });
    const { body } = await http.send({ name: "it", method: "GET", url: new URL(server.origin) }, signal);
    let text = "";
    for await (const chunk of body) text += chunk.toString();
    expect(text).toBe("xxxxxx");
  });

  it("has its time from when it has a connection, not from when it waits for one", async () => {
    await using server = await startServer((_request, response) => {
      setTimeout(() => say(response, 200), 300);
    });
    using http = createHttpClient({ environment: {}, silence: 2_000 });
    const url = new URL(server.origin);
    // Eight times as many as there are connections: the last ones wait for longer than the silence.
    const sent = Array.from({ length: 128 }, async () => {
      const { body } = await http.send({ name: "it", method: "GET", url }, new AbortController().signal);
      for await (const _ of body);
    });
    await Promise.all(sent);
    expect(server.asked).toHaveLength(128);
  });
});
