import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { answer, frame, live, startFakeEngine } from "./testing/fake-engine.ts";

const UPGRADED =
  "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

async function attached(onUpgrade: (socket: Socket) => void) {
  const fake = await startFakeEngine(() => undefined, { onUpgrade });
  const engine = fake.connect();
  const stderr: string[] = [];
  const stream = await engine.workloads.attach("abc", {
    onStderr: (chunk) => void stderr.push(chunk.toString()),
    signal: live(),
  });
  return { stream, stderr, fake, [Symbol.asyncDispose]: async () => await fake[Symbol.asyncDispose]() };
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("stdin, stdout and stderr are asked for", async () => {
  await using it = await attached((socket) => socket.end(UPGRADED));
  expect(it.fake.requests).toEqual(["POST /v1.41/containers/abc/attach?stream=1&stdin=1&stdout=1&stderr=1"]);
});

test("bytes that come in one piece with the answer are not lost", async () => {
  await using it = await attached((socket) =>
    socket.end(
      Buffer.concat([Buffer.from(UPGRADED), frame(1, "first"), frame(2, "oops"), frame(1, " last")]),
    ),
  );
  expect(await text(it.stream)).toBe("first last");
  expect(it.stderr.join("")).toBe("oops");
});

test("a frame whose header is split anywhere arrives whole", async () => {
  const bytes = Buffer.concat([Buffer.from(UPGRADED), frame(1, "slow"), frame(2, "err"), frame(1, "ly")]);
  await using it = await attached((socket) => {
    socket.setNoDelay(true);
    void (async () => {
      socket.write(bytes.subarray(0, UPGRADED.length + 2));
      for (const byte of bytes.subarray(UPGRADED.length + 2)) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        socket.write(Buffer.from([byte]));
      }
      socket.end();
    })();
  });
  expect(await text(it.stream)).toBe("slowly");
  expect(it.stderr.join("")).toBe("err");
});

test("ending the stream ends stdin, and output still comes after that", async () => {
  await using it = await attached((socket) => {
    socket.write(UPGRADED);
    const got: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => got.push(chunk));
    socket.on("end", () => setTimeout(() => socket.end(frame(1, `got ${Buffer.concat(got)}`)), 30));
  });
  it.stream.end("words");
  expect(await text(it.stream)).toBe("got words");
});

test("writing after the container's end is no error", async () => {
  await using it = await attached((socket) =>
    socket.end(Buffer.concat([Buffer.from(UPGRADED), frame(1, "bye")])),
  );
  expect(await text(it.stream)).toBe("bye");
  await new Promise<void>((resolve) => it.stream.write("anyone there?", () => resolve()));
  await new Promise<void>((resolve) => it.stream.end(resolve));
});

test("a stream that ends within a frame is lost, not ended", async () => {
  await using it = await attached((socket) =>
    socket.end(Buffer.concat([Buffer.from(UPGRADED), frame(1, "half a message").subarray(0, 12)])),
  );
  await expect(text(it.stream)).toThrowWithCode("ENGINE_CONNECTION_LOST");
});

test("a stream that is cut is lost", async () => {
  await using it = await attached((socket) => {
    socket.write(UPGRADED);
    // Closing with bytes unread resets the connection.
    socket.pause();
    setTimeout(() => socket.destroy(), 50);
  });
  it.stream.on("error", () => undefined);
  it.stream.write(Buffer.alloc(5_000_000));
  await expect(text(it.stream)).toThrowWithCode("ENGINE_CONNECTION_LOST");
});

test("bytes that are no frames are refused", async () => {
  await using it = await attached((socket) => socket.write(`${UPGRADED}not a frame at all`));
  await expect(text(it.stream)).toThrowWithCode("ENGINE_CONNECTION_LOST");
});

test("nothing piles up while nobody reads", async () => {
  const megabytes = 64;
  let sent = 0;
  await using it = await attached((socket) => {
    socket.write(UPGRADED);
    const more = () => {
      while (sent < megabytes) {
        sent += 1;
        if (!socket.write(frame(1, Buffer.alloc(1_000_000)))) {
          socket.once("drain", more);
          return;
        }
      }
      socket.end();
    };
    more();
  });
  // The stream takes its first bytes, then the sender's buffers fill up.
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(sent).toBeLessThan(megabytes / 2);
  let received = 0;
  for await (const chunk of it.stream) received += (chunk as Buffer).length;
  expect(received).toBe(megabytes * 1_000_000);
});

test("a writer is told to wait while the container does not read", async () => {
  await using it = await attached((socket) => {
    socket.write(UPGRADED);
    socket.pause();
  });
  it.stream.on("error", () => undefined);
  let written = 0;
  while (it.stream.write(Buffer.alloc(100_000)) && written < 1_000) written += 1;
  expect(written).toBeLessThan(1_000);
});

test("destroying the stream closes its connection", async () => {
  let closed: () => void = () => undefined;
  const close = new Promise<void>((resolve) => {
    closed = resolve;
  });
  await using it = await attached((socket) => {
    socket.write(UPGRADED);
    socket.resume();
    socket.once("end", closed);
  });
  it.stream.destroy();
  await close;
});

test("the stream outlives the signal of its call and the engine's own connections", async () => {
  await using fake = await startFakeEngine(() => undefined, {
    onUpgrade: (socket) => {
      socket.write(UPGRADED);
      socket.on("data", (chunk: Buffer) => socket.end(frame(1, chunk)));
    },
  });
  const engine = fake.connect();
  const call = new AbortController();
  const stream = await engine.workloads.attach("abc", { onStderr: () => undefined, signal: call.signal });
  call.abort();
  await engine[Symbol.asyncDispose]();
  stream.write("still here");
  expect(await text(stream)).toBe("still here");
});

test("a container that is gone, and an engine that does not hand over, are errors", async () => {
  await using fake = await startFakeEngine(({ path }, response) => {
    if (path.includes("gone")) answer(response, 404, { message: "No such container: gone" });
    else answer(response, 200, {});
  });
  await using engine = fake.connect();
  const options = { onStderr: () => undefined, signal: live() };
  // The fake answers an upgrade request as a plain one when nobody listens for upgrades.
  await expect(engine.workloads.attach("gone", options)).toThrowWithCode("WORKLOAD_NOT_FOUND");
  await expect(engine.workloads.attach("other", options)).toThrowWithCode("ENGINE_FAILED");
});
