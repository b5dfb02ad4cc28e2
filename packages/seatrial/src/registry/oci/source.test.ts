import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { deferred } from "../../support/abort.ts";
import { SourceFailure } from "./failure.ts";
import { createSource } from "./source.ts";

const TEXT = "abcdefghij";

/** A source that counts how often it is opened, in chunks of three. */
function counted() {
  let opened = 0;
  const source = createSource({
    digest: "sha256:x",
    size: TEXT.length,
    open: () => {
      opened += 1;
      return Readable.from(["abc", "def", "ghi", "j"].map((text) => Buffer.from(text)));
    },
  });
  return { source, opened: () => opened };
}

async function read(part: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of part) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("a source of an upload", () => {
  test("is read in parts that need not be its chunks, and is opened once", async () => {
    const { source, opened } = counted();
    expect(await read(source.part(0, 4))).toBe("abcd");
    expect(await read(source.part(4, 1))).toBe("e");
    expect(await read(source.part(7, 3))).toBe("hij");
    expect(opened()).toBe(1);
  });

  test("is opened anew to go back", async () => {
    const { source, opened } = counted();
    expect(await read(source.part(0, 10))).toBe(TEXT);
    expect(await read(source.part(3, 7))).toBe("defghij");
    expect(await read(source.part(10, 0))).toBe("");
    expect(opened()).toBe(2);
  });

  test("is not spoilt by one who still waits for bytes that another asks for", async () => {
    const held = deferred<void>();
    let opened = 0;
    const source = createSource({
      digest: "sha256:x",
      size: TEXT.length,
      open: () => {
        opened += 1;
        const isFirst = opened === 1;
        return Readable.from(
          (async function* () {
            yield Buffer.from("abc");
            if (isFirst) await held.promise;
            yield Buffer.from("defghij");
          })(),
        );
      },
    });
    const abandoned = source.part(0, 10);
    expect(String((await abandoned.next()).value)).toBe("abc");
    const waiting = abandoned.next().catch(() => undefined);
    expect(await read(source.part(3, 7))).toBe("defghij");
    held.resolve();
    await waiting;
    expect(opened).toBe(2);
  });

  test("that fails is told from a registry that does", async () => {
    const failure = new Error("disk read error");
    const source = createSource({
      digest: "sha256:x",
      size: 10,
      open: () => {
        throw failure;
      },
    });
    const error: unknown = await read(source.part(0, 10)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SourceFailure);
    expect((error as SourceFailure).cause).toBe(failure);
  });
});
