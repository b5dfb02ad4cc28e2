import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { deferred } from "../../support/abort.ts";
import { answer, live, startFakeEngine, startRawEngine } from "./testing/fake-engine.ts";

const PING = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK";

/** Answers the greeting, then whatever `reply` says. */
function afterGreeting(reply: (socket: Socket) => void) {
  return (socket: Socket) => {
    let asked = 0;
    socket.on("data", () => {
      asked += 1;
      if (asked === 1) socket.write(PING);
      else reply(socket);
    });
  };
}

test("an answer that breaks off is a lost connection", async () => {
  await using fake = await startRawEngine(
    afterGreeting((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{")),
  );
  await using engine = fake.connect();
  await expect(engine.networks.list({}, live())).toThrowWithCode("ENGINE_CONNECTION_LOST");
});

test("a chunked answer without its last chunk is a lost connection", async () => {
  await using fake = await startRawEngine(
    afterGreeting((socket) => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n")),
  );
  await using engine = fake.connect();
  await expect(engine.networks.list({}, live())).toThrowWithCode("ENGINE_CONNECTION_LOST");
});

test("a connection closed in place of an answer is a lost connection", async () => {
  await using fake = await startRawEngine(afterGreeting((socket) => socket.destroy()));
  await using engine = fake.connect();
  await expect(engine.networks.list({}, live())).toThrowWithCode("ENGINE_CONNECTION_LOST");
});

test("something that does not speak HTTP is recognised", async () => {
  await using fake = await startRawEngine((socket) => socket.write("220 mail.example.com ESMTP\r\n"));
  await using engine = fake.connect();
  const error: unknown = await engine.networks.list({}, live()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "ENGINE_FAILED" });
  expect(String(error)).toContain("does not speak HTTP");
});

test("an answer that is not JSON is recognised", async () => {
  await using fake = await startFakeEngine((_request, response) => void response.end("<html>welcome</html>"));
  await using engine = fake.connect();
  const error: unknown = await engine.networks.list({}, live()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "ENGINE_FAILED" });
  expect(String(error)).toContain("not JSON");
});

test("an engine that hangs is given up at the deadline, and the error says what was asked", async () => {
  await using fake = await startFakeEngine(() => undefined);
  await using engine = fake.connect({ answerTimeout: 50 });
  const error: unknown = await engine.networks.list({}, live()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "ENGINE_UNREACHABLE" });
  expect(String(error)).toContain("list networks");
});

test("an engine that hangs in the middle of an answer is given up too", async () => {
  await using fake = await startFakeEngine((_request, response) => {
    response.write("[");
  });
  await using engine = fake.connect({ answerTimeout: 50 });
  await expect(engine.networks.list({}, live())).toThrowWithCode("ENGINE_UNREACHABLE");
});

test("a greeting that hangs is given up", async () => {
  await using fake = await startRawEngine(() => undefined);
  await using engine = fake.connect({ answerTimeout: 50 });
  await expect(engine.networks.list({}, live())).toThrowWithCode("ENGINE_UNREACHABLE");
});

test("an abort ends a call under way with the signal's reason, and its connection", async () => {
  const closed = deferred<void>();
  const stop = new AbortController();
  const reason = new Error("stopped");
  await using fake = await startFakeEngine((_request, response) => {
    response.once("close", closed.resolve);
    stop.abort(reason);
  });
  await using engine = fake.connect();
  const call = engine.networks.list({}, stop.signal);
  await expect(call).rejects.toBe(reason);
  await closed.promise;
});

test("the engine's own words are passed on", async () => {
  await using fake = await startFakeEngine((_request, response) =>
    answer(response, 500, { message: "no space left on device" }),
  );
  await using engine = fake.connect();
  const error: unknown = await engine.volumes.create("data", {}, live()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "ENGINE_FAILED", exitCode: 3 });
  expect(String(error)).toContain("Could not create volume data: no space left on device");
});

test("a proxy that forbids a call is told from an engine that fails", async () => {
  await using fake = await startFakeEngine((_request, response) => {
    response.writeHead(403, { "content-type": "text/html" });
    response.end(
      "<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.</body></html>",
    );
  });
  await using engine = fake.connect();
  const error: unknown = await engine.networks.list({}, live()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "ENGINE_DENIED" });
  expect(String(error)).toContain("403 Forbidden Request forbidden by administrative rules.");
});

test("plain HTTP to a TLS port is explained", async () => {
  await using fake = await startRawEngine((socket) =>
    socket.once("data", () =>
      socket.end("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"),
    ),
  );
  await using engine = fake.connect();
  const error: unknown = await engine.networks.list({}, live()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "ENGINE_UNREACHABLE" });
  expect((error as { hint: string }).hint).toContain("DOCKER_TLS_VERIFY=1");
});

test("closing the engine ends calls under way", async () => {
  await using fake = await startFakeEngine(() => undefined);
  const engine = fake.connect();
  const call = engine.networks.list({}, live());
  setTimeout(() => void engine[Symbol.asyncDispose](), 30);
  await expect(call).toThrowWithCode("ENGINE_CONNECTION_LOST");
});
