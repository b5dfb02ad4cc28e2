import { expect, test } from "vitest";
import { memoryDuplexPair } from "../../agent/testing/index.ts";
import { logIn, readInfo } from "./connection.ts";

const signal = new AbortController().signal;
const INFO = 'INFO {"version":"2.10.0","max_payload":2048,"jetstream":true}\r\n';

test("the greeting says what the server is, though it comes in pieces", async () => {
  const [ours, theirs] = memoryDuplexPair();
  const reading = readInfo(ours, signal);
  for (const piece of INFO.match(/.{1,10}/gs) ?? []) theirs.write(piece);
  expect(await reading).toEqual({ version: "2.10.0", jetStream: true, maxPayload: 2048 });
});

test("a login is proved by an answer, and its refusal has the server's words", async () => {
  for (const answer of ["PONG", "-ERR 'Authorization Violation'"]) {
    const [ours, theirs] = memoryDuplexPair();
    theirs.write(INFO);
    theirs.once("data", (chunk: Buffer) => {
      expect(chunk.toString()).toMatch(/^CONNECT \{.*"user":"u","pass":"p".*\}\r\nPING\r\n$/);
      theirs.write(`INFO {"version":"again"}\r\n${answer}\r\n`);
    });
    const login = logIn(ours, { user: "u", password: "p" }, signal);
    if (answer === "PONG") expect((await login).version).toBe("2.10.0");
    else await expect(login).rejects.toThrow("Authorization Violation");
  }
});

test("what is not NATS, an end, and an abort end the waiting", async () => {
  const [ours, theirs] = memoryDuplexPair();
  theirs.write("-ERR wrong number of arguments\r\n");
  await expect(readInfo(ours, signal)).rejects.toThrow("not a NATS server");
  const [ended, end] = memoryDuplexPair();
  end.end();
  await expect(readInfo(ended, signal)).rejects.toThrow("ended");
  const stop = new AbortController();
  const waiting = readInfo(memoryDuplexPair()[0], stop.signal);
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});
