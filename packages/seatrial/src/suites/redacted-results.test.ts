import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../support/redact.ts";
import { createFolder } from "../support/testing/folder.ts";
import { redactedResults } from "./redacted-results.ts";
import { resultsFolder } from "./results-folder.ts";

const SECRET = `p<w&"ö"-12`;
const signal = new AbortController().signal;

/** What a file is on disk after it came in these chunks. */
async function taken(chunks: Buffer[], options: { secrets?: string[]; largest?: number } = {}) {
  await using folder = await createFolder({});
  const warnings: string[] = [];
  const results = redactedResults({
    into: resultsFolder(folder.path),
    redactor: createRedactor(options.secrets ?? [SECRET]),
    onLarge: (message) => void warnings.push(message),
    largest: options.largest,
  });
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  await results.file("a/b.txt", Readable.from(chunks), { executable: false, size, signal });
  return { bytes: await readFile(`${folder.path}/a/b.txt`), warnings };
}

function cutAt(text: string | Buffer, ...places: number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const ends = [...places, bytes.length].sort((one, other) => one - other);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe("text files of results", () => {
  it("lose a secret wherever chunks cut it", async () => {
    const text = `token=${SECRET}; again ${SECRET}`;
    const { length } = Buffer.from(text);
    for (let place = 0; place <= length; place += 1) {
      const { bytes } = await taken(cutAt(text, place));
      expect(bytes.toString(), `cut at ${place}`).toBe("token=[redacted]; again [redacted]");
    }
    const { bytes } = await taken(Array.from(Buffer.from(text), (byte) => Buffer.from([byte])));
    expect(bytes.toString()).toBe("token=[redacted]; again [redacted]");
  });

  it("lose one at the border of what is looked at first, and far behind it", async () => {
    for (const before of [7_990, 7_995, 8_000, 65_530, 300_000]) {
      const text = `${"x".repeat(before)}${SECRET}${"y".repeat(70_000)}`;
      const { bytes } = await taken(cutAt(text, 4_096, 8_000, before + 3, before + 65_536));
      expect(bytes.toString() === `${"x".repeat(before)}[redacted]${"y".repeat(70_000)}`, `${before}`).toBe(
        true,
      );
    }
  });

  it("lose it as JUnit files, JSON and addresses write it", async () => {
    const inText = SECRET.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const forms = [
      inText,
      inText.replaceAll('"', "&quot;"),
      inText.replaceAll('"', "&#34;"),
      JSON.stringify(SECRET).slice(1, -1),
      encodeURIComponent(SECRET),
    ];
    for (const form of forms) {
      const { bytes } = await taken(cutAt(`<failure message="${form}"/>`, 20));
      expect(bytes.toString(), form).toBe('<failure message="[redacted]"/>');
    }
  });

  it("keep every other byte, whatever their encoding", async () => {
    const odd = Buffer.from([0xff, 0xfe, 0x80, 0x0d, 0x0a, 0xc3, 0x28, 0xef, 0xbb, 0xbf]);
    const { bytes } = await taken([odd, Buffer.from(SECRET), odd]);
    expect(bytes).toEqual(Buffer.concat([odd, Buffer.from("[redacted]"), odd]));
    const all = await taken(cutAt("no secret in here, and many lines\n".repeat(9_000), 1, 77_777), {
      secrets: [],
    });
    expect(all.bytes.toString()).toBe("no secret in here, and many lines\n".repeat(9_000));
    expect((await taken([])).bytes).toHaveLength(0);
  });

  it("lose thousands of secrets, and those that are longer than chunks", async () => {
    const secrets = Array.from({ length: 2_000 }, (_, at) => `pass-${at}-word`);
    const long = "-----BEGIN KEY-----".padEnd(50_000, "k");
    const text = `${secrets.join("\n")}\n${long} end`;
    const { bytes } = await taken(cutAt(text, 10_000, 30_000, 60_000, 61_000), {
      secrets: [...secrets, long],
    });
    expect(bytes.toString()).toBe(`${"[redacted]\n".repeat(2_000)}[redacted] end`);
  });

  it("over the limit are taken as they are, which is told", async () => {
    const text = `a ${SECRET}`;
    const size = Buffer.from(text).length;
    expect((await taken(cutAt(text, 3), { largest: size })).warnings).toEqual([]);
    const { bytes, warnings } = await taken(cutAt(text, 3), { largest: size - 1 });
    expect(bytes.toString()).toBe(text);
    expect(warnings).toEqual([expect.stringContaining('"a/b.txt" was taken as it is')]);
  });
});

describe("binary files of results", () => {
  const binary = Buffer.concat([Buffer.from("PNG\0"), Buffer.from(SECRET), Buffer.alloc(20_000, 7)]);

  it("are taken as they are, large or small, without a word", async () => {
    expect((await taken(cutAt(binary, 2, 9_000))).bytes).toEqual(binary);
    expect(await taken([binary], { largest: 10 })).toEqual({ bytes: binary, warnings: [] });
    expect((await taken([Buffer.from(SECRET, "utf16le")])).bytes).toEqual(Buffer.from(SECRET, "utf16le"));
  });
});

it("a file whose content breaks off fails as its content does", async () => {
  await using folder = await createFolder({});
  const redactor = createRedactor([SECRET]);
  const results = redactedResults({ into: resultsFolder(folder.path), redactor, onLarge: () => undefined });
  async function* broken() {
    yield Buffer.from("begun");
    throw new Error("the agent is gone");
  }
  const filing = results.file("x", Readable.from(broken()), { executable: false, size: 9, signal });
  await expect(filing).toThrowWithCode("RESULTS_NOT_WRITTEN");
});
