import { stat } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { memoryDuplexPair } from "../agent/testing/index.ts";
import { deferred } from "../support/abort.ts";
import { forwardSocket } from "./forward-socket.ts";
import type { SpaceServer } from "./maker.ts";

const signal = new AbortController().signal;

function serverOf(dial: SpaceServer["dial"]): SpaceServer {
  const unused = () => Promise.reject(new Error("not used here"));
  return {
    service: "any",
    port: 1,
    admin: {},
    env: {},
    dial,
    run: unused,
    readFile: unused,
    writeFile: unused,
  };
}

/** Answers what it was sent, once that has ended. */
function echoing(): { server: SpaceServer; ends: Duplex[]; ports: number[] } {
  const ends: Duplex[] = [];
  const ports: number[] = [];
  const server = serverOf(async (port) => {
    const [near, far] = memoryDuplexPair();
    ends.push(far);
    ports.push(port);
    far.on("error", () => undefined);
    let heard = 0;
    far.on("data", (chunk: Buffer) => {
      heard += chunk.length;
    });
    far.once("end", () => far.end(`heard ${heard}`));
    return near;
  });
  return { server, ends, ports };
}

it("hands connections to the port, each direction to its end", async () => {
  const { server, ports } = echoing();
  await using forward = await forwardSocket({ server, port: 27017, signal });
  const answers = await Promise.all(
    [1, 100_000].map(async (size) => {
      const socket = connect({ path: forward.path, allowHalfOpen: true });
      socket.end("x".repeat(size));
      return await text(socket);
    }),
  );
  expect(answers).toEqual(["heard 1", "heard 100000"]);
  expect(ports).toEqual([27017, 27017]);
});

it("lets only this user in, and is gone with its connections when it is closed", async () => {
  const { server, ends } = echoing();
  const forward = await forwardSocket({ server, port: 1, signal });
  const folder = path.dirname(forward.path);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const socket = connect(forward.path);
  await expect.poll(() => ends.length).toBe(1);
  const over = deferred<void>();
  socket.once("close", () => over.resolve());
  await forward[Symbol.asyncDispose]();
  await over.promise;
  await expect.poll(() => ends[0]?.readableEnded || ends[0]?.destroyed).toBe(true);
  await expect(stat(folder)).rejects.toThrow(/ENOENT/);
});

it("closes a connection that cannot be made, and tells why", async () => {
  const refusals: unknown[] = [];
  const reason = new Error("the container has ended");
  const server = serverOf(() => Promise.reject(reason));
  await using forward = await forwardSocket({
    server,
    port: 1,
    onRefused: (error) => refusals.push(error),
    signal,
  });
  const over = deferred<void>();
  connect(forward.path)
    .on("error", () => undefined)
    .once("close", () => over.resolve());
  await over.promise;
  expect(refusals).toEqual([reason]);
});

it("ends the client when the far end is torn down", async () => {
  const { server, ends } = echoing();
  await using forward = await forwardSocket({ server, port: 1, signal });
  const socket = connect(forward.path);
  const over = deferred<void>();
  socket.on("error", () => undefined).once("close", () => over.resolve());
  await expect.poll(() => ends.length).toBe(1);
  ends[0]?.destroy(new Error("torn"));
  await over.promise;
});

it("does not begin for a signal that has aborted", async () => {
  const reason = new Error("stopped");
  const { server } = echoing();
  await expect(forwardSocket({ server, port: 1, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
