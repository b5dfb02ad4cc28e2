import { describe, expect, test } from "vitest";
import { deferred } from "../support/abort.ts";
import { createHttpClient } from "./http-client.ts";
import { fakeServer } from "./testing/fake-server.ts";

const signal = new AbortController().signal;

describe("a client through the tunnel", () => {
  test("sends what it is given and takes the whole answer, over one connection", async () => {
    const server = fakeServer({
      ports: {
        80: (request, response) => {
          const seen = [request.method, request.url, request.headers["x-own"], request.headers.host];
          response.writeHead(201, { "x-answer": "yes" });
          void request.toArray().then((body) => response.end(`${seen.join(" ")} ${Buffer.concat(body)}`));
        },
      },
    });
    using http = createHttpClient({ server, port: 80 });
    for (let turn = 0; turn < 20; turn += 1) {
      const request = { method: "PUT", path: "/a?b=c", headers: { "x-own": "1" }, body: "text" };
      const { status, headers, body } = await http.send(request, signal);
      expect([status, headers["x-answer"], body.toString()]).toEqual([
        201,
        "yes",
        "PUT /a?b=c 1 localhost:80 text",
      ]);
    }
    expect(server.dials).toBe(1);
  });

  test("says which server is lost when nothing listens, or the answer ends too early", async () => {
    const server = fakeServer({
      ports: {
        80: (_request, response) => {
          response.writeHead(200, { "content-length": "10" });
          response.write("half");
          setImmediate(() => response.destroy());
        },
      },
    });
    using none = createHttpClient({ server, port: 81 });
    await expect(none.send({ method: "GET", path: "/x?secret=1" }, signal)).toThrowWithCode(
      "SPACE_SERVER_LOST",
    );
    await expect(none.send({ method: "GET", path: "/x?secret=1" }, signal)).rejects.toThrow(
      /^GET \/x at fake:81: /,
    );
    using half = createHttpClient({ server, port: 80 });
    await expect(half.send({ method: "GET", path: "/" }, signal)).toThrowWithCode("SPACE_SERVER_LOST");
  });

  test("gives up with the signal's reason, and by itself when the answer takes too long", async () => {
    const server = fakeServer({ ports: { 80: () => undefined } });
    using http = createHttpClient({ server, port: 80, answerWithin: 20 });
    await expect(http.send({ method: "GET", path: "/" }, signal)).rejects.toThrow(
      "no whole answer within 0.02 s",
    );
    const stop = new AbortController();
    using patient = createHttpClient({ server, port: 80 });
    const sending = patient.send({ method: "GET", path: "/" }, stop.signal);
    const reason = new Error("stopped");
    stop.abort(reason);
    await expect(sending).rejects.toBe(reason);
    await expect(patient.send({ method: "GET", path: "/" }, stop.signal)).rejects.toBe(reason);
  });

  test("waits for the end of a change that it was told to give up, so that what comes next comes after it", async () => {
    let isChanged = false;
    const begun = deferred<void>();
    const server = fakeServer({
      ports: {
        80: (_request, response) => {
          begun.resolve();
          setTimeout(() => {
            isChanged = true;
            response.end();
          }, 30);
        },
      },
    });
    using http = createHttpClient({ server, port: 80 });
    const stop = new AbortController();
    const changing = http.send({ method: "PUT", path: "/" }, stop.signal);
    await begun.promise;
    const reason = new Error("stopped");
    stop.abort(reason);
    await expect(changing).rejects.toBe(reason);
    expect(isChanged).toBe(true);
  });

  test("lets nobody wait who gave up in line, and gives its turn to the next", async () => {
    const answers: (() => void)[] = [];
    const server = fakeServer({
      ports: { 80: (_request, response) => void answers.push(() => response.end()) },
    });
    using http = createHttpClient({ server, port: 80 });
    const get = (own: AbortSignal) => http.send({ method: "GET", path: "/" }, own);
    const first = Array.from({ length: 8 }, () => get(new AbortController().signal));
    const stop = new AbortController();
    const late = get(stop.signal);
    const last = get(new AbortController().signal);
    const reason = new Error("stopped");
    stop.abort(reason);
    await expect(late).rejects.toBe(reason);
    await expect.poll(() => answers.length).toBe(8);
    for (const answer of answers.splice(0)) answer();
    await Promise.all(first);
    await expect.poll(() => answers.length).toBe(1);
    answers[0]?.();
    expect((await last).status).toBe(200);
  });

  test("has no more than eight requests under way, and answers all of them", async () => {
    let now = 0;
    let most = 0;
    const server = fakeServer({
      ports: {
        80: (_request, response) => {
          now += 1;
          most = Math.max(most, now);
          setImmediate(() => {
            now -= 1;
            response.end("ok");
          });
        },
      },
    });
    using http = createHttpClient({ server, port: 80 });
    const all = Array.from({ length: 50 }, () =>
      http.send({ method: "GET", path: "/" }, new AbortController().signal),
    );
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual(all.map(() => 200));
    expect(most).toBe(8);
    // A connection is free again a moment after its answer was read.
    expect(server.dials).toBeLessThan(20);
  });
});
