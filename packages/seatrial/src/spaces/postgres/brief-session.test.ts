import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import type { SpaceServer } from "../maker.ts";
import { openBriefSession } from "./brief-session.ts";
import { sqlState } from "./session.ts";

const signal = new AbortController().signal;
const LET_IN = "R\0\0\0\x08\0\0\0\0S\0\0\0\x09a\0b\0\0Z\0\0\0\x05I";
const READY = "Z\0\0\0\x05I";
const answer = (value: string) =>
  `T\0\0\0\x1a\0\x01n\0${"\x01".repeat(18)}`.replace("\x1a", "\x1a") +
  `D\0\0\0\x0b\0\x01\0\0\0\x01${value}C\0\0\0\x0dSELECT 1\0`;
const refusal = "E\0\0\0\x18C42P01\0Mno such thing\0\0".replace("\x18", "\x1b");

/** A server that says its next line whenever it is spoken to, and ends the connection after the last one. */
function serverThat(...lines: (string | undefined)[]) {
  const heard: string[] = [];
  const server = {
    service: "postgres",
    port: 5432,
    async dial() {
      const stream: Duplex = new Duplex({
        read: () => undefined,
        write(chunk: Buffer, _, done) {
          heard.push(chunk.toString("latin1"));
          const line = lines.shift();
          if (line !== undefined) stream.push(Buffer.from(line, "latin1"));
          if (line === undefined || lines.length === 0) stream.push(null);
          done();
        },
      });
      return stream;
    },
  } as unknown as SpaceServer;
  const login = { user: "us", password: undefined, database: "db" };
  const open = (during = signal) => openBriefSession({ server, login, question: "SELECT 1", signal: during });
  return { heard, open };
}

test("asks along with the greeting, and says good-bye along with the last statement", async () => {
  const { heard, open } = serverThat(LET_IN + answer("1") + READY, answer("2") + READY, answer("3") + READY);
  const session = await open();
  expect(session?.answer).toEqual([{ n: "1" }]);
  expect(await session?.query("SELECT 2")).toEqual([{ n: "2" }]);
  expect(await session?.finish("SELECT 3")).toEqual([{ n: "3" }]);
  expect(heard.map((said) => said.replaceAll(/[^\x20-\x7e]+/g, " "))).toEqual([
    expect.stringMatching(/ user us database db .*SELECT 1/),
    "Q SELECT 2 ",
    "Q SELECT 3 X ",
  ]);
});

test("is not there where the server asks for a password, or lets nobody in", async () => {
  const password = "R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0";
  for (const line of [password, refusal, undefined]) expect(await serverThat(line).open()).toBeUndefined();
});

test("fails with the server's own error, and goes on after it", async () => {
  const { open } = serverThat(LET_IN + answer("1") + READY, refusal + READY, answer("2") + READY);
  const session = await open();
  const error = await session?.query("SELECT x").catch((thrown: unknown) => thrown);
  expect(sqlState(error)).toBe("42P01");
});

test("fails with SPACE_SERVER_LOST when the connection ends before the answer", async () => {
  const { open } = serverThat(LET_IN + answer("1") + READY, "T\0\0");
  const session = await open();
  await expect(session?.finish("SELECT 2")).toThrowWithCode("SPACE_SERVER_LOST");
});

test("is given up with its signal", async () => {
  const stop = new AbortController();
  const { open } = serverThat(LET_IN, "");
  const opening = open(stop.signal);
  stop.abort(new Error("given up"));
  await expect(opening).rejects.toThrow("given up");
});
