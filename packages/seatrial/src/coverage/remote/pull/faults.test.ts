import { describe, expect, it } from "vitest";
import { messageOf } from "../../../support/error.ts";
import { createFolder } from "../../../support/testing/folder.ts";
import { KEYS, refuse, startBucket } from "../testing/bucket.ts";
import { json, say, startServer } from "../testing/server.ts";
import { unitOf } from "../testing/unit.ts";
import { type PullOptions, pullUnits } from "./pull-units.ts";

const signal = new AbortController().signal;

async function pull(from: string, options: Partial<PullOptions> = {}) {
  await using into = await createFolder({});
  return await pullUnits({
    from,
    into: into.path,
    environment: KEYS,
    cwd: "/",
    retryAfter: 1,
    silence: 10_000,
    signal,
    ...options,
  });
}

describe("storage that fails", () => {
  it.each([429, 500, 502, 503, 504])("with %d and then works is asked again, and says so", async (status) => {
    const failed = new Set<string>();
    await using bucket = await startBucket(unitOf(), {
      before: (_request, response, key) => {
        if (failed.has(key)) return false;
        failed.add(key);
        refuse(response, status, "Oops");
        return true;
      },
    });
    const notes: string[] = [];
    const pulled = await pull(bucket.address, { onNote: (note) => void notes.push(note) });
    expect(pulled.units[0]).toMatchObject({ fetched: 2 });
    // The list, the manifest and two files.
    expect(notes).toHaveLength(4);
    expect(notes[0]).toMatch(
      new RegExp(`answered ${status} Oops: not so.*trying again in 0\\.0 s \\(2 of 5\\)`),
    );
  });

  it("with 500 for good fails with COVERAGE_STORAGE_UNREACHABLE after five tries", async () => {
    await using server = await startServer((_request, response) => refuse(response, 500, "InternalError"));
    const pulling = pull(`s3://coverage?endpoint=${server.origin}`);
    await expect(pulling).toThrowWithCode("COVERAGE_STORAGE_UNREACHABLE");
    expect(server.asked).toHaveLength(5);
  });

  it("with 403 is asked once, and the keys' place is said but not the keys", async () => {
    await using server = await startServer((_request, response) =>
      say(
        response,
        403,
        `<Error><Code>AccessDenied</Code><Message>no, ${KEYS.AWS_SECRET_ACCESS_KEY}</Message></Error>`,
      ),
    );
    const words = messageOf(
      await pull(`s3://coverage?endpoint=${server.origin}`).catch((error: unknown) => error),
    );
    expect(words).toContain(
      "403 AccessDenied: no, [redacted]; keys from AWS_ACCESS_KEY_ID of the environment",
    );
    expect(server.asked).toHaveLength(1);
  });

  it("by hanging before its answer is given up, and asked again", async () => {
    let hangs = 2;
    await using bucket = await startBucket(unitOf(), {
      before: (_request, _response, key) => key.endsWith("covmeta.0f") && hangs-- > 0,
    });
    const notes: string[] = [];
    const pulled = await pull(bucket.address, { silence: 500, onNote: (note) => void notes.push(note) });
    expect(pulled.units[0]).toMatchObject({ fetched: 2 });
    expect(notes).toEqual([
      expect.stringContaining("nothing came for 0.5 s"),
      expect.stringContaining("(3 of 5)"),
    ]);
  });

  it("by hanging within its answer is given up too", async () => {
    await using bucket = await startBucket(unitOf(), {
      before: (_request, response, key) => {
        if (!key.endsWith("covmeta.0f")) return false;
        response.writeHead(200, { "content-length": 9 }).write("meta");
        return true;
      },
    });
    await expect(pull(bucket.address, { silence: 200 })).toThrowWithCode("COVERAGE_STORAGE_UNREACHABLE");
  });

  it("by cutting an answer off is asked again", async () => {
    let cuts = 1;
    await using bucket = await startBucket(unitOf(), {
      before: (_request, response, key) => {
        if (!key.endsWith("covmeta.0f") || cuts-- <= 0) return false;
        response.writeHead(200, { "content-length": 9 }).write("meta", () => response.destroy());
        return true;
      },
    });
    expect((await pull(bucket.address)).units[0]).toMatchObject({ fetched: 2 });
  });

  it("by not being there fails with COVERAGE_STORAGE_UNREACHABLE", async () => {
    const gone = await startServer(() => undefined);
    await gone[Symbol.asyncDispose]();
    await expect(pull(`s3://coverage?endpoint=${gone.origin}`)).toThrowWithCode(
      "COVERAGE_STORAGE_UNREACHABLE",
    );
  });

  it("never holds up somebody who stops", async () => {
    const stop = new AbortController();
    await using server = await startServer(() => stop.abort(new Error("stopped")));
    const pulling = pull(`s3://coverage?endpoint=${server.origin}`, { signal: stop.signal, silence: 60_000 });
    await expect(pulling).rejects.toThrow("stopped");
  });
});

describe("a list that does not end", () => {
  const page = (keys: string[], token: string) =>
    `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>${keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("")}</ListBucketResult>`;

  it.each([
    ["says no place to go on", () => page(["run/a"], "")],
    ["says the same place", () => page(["run/a"], "again")],
    ["says nothing new at ever new places", (count: number) => page(["run/a"], String(count))],
  ])("because it %s is COVERAGE_STORAGE_INVALID", async (_why, answer) => {
    let count = 0;
    await using server = await startServer((_request, response) => say(response, 200, answer(++count)));
    await expect(pull(`s3://coverage?endpoint=${server.origin}`)).toThrowWithCode("COVERAGE_STORAGE_INVALID");
    expect(count).toBeLessThan(1_100);
  });

  it.each([
    ["HTML", "<html><body>Please log in</body></html>"],
    ["broken", "<ListBucketResult><Contents>"],
    ["JSON", "{}"],
    ["empty", ""],
  ])("because it is %s is COVERAGE_STORAGE_INVALID", async (_what, text) => {
    await using server = await startServer((_request, response) => say(response, 200, text));
    await expect(pull(`s3://coverage?endpoint=${server.origin}`)).toThrowWithCode("COVERAGE_STORAGE_INVALID");
  });

  it("is given up in other clouds too", async () => {
    await using server = await startServer((_request, response) =>
      json(response, { items: [], nextPageToken: "x" }),
    );
    const from = `gs://coverage?endpoint=${server.origin}`;
    const environment = { GOOGLE_OAUTH_ACCESS_TOKEN: "token" };
    await expect(pull(from, { environment })).toThrowWithCode("COVERAGE_STORAGE_INVALID");
  });
});

describe("an address", () => {
  it.each([
    "",
    "ftp://host/path",
    "s3://",
    "s3://buck et",
    "s3://bucket/a/../b",
    "s3://bucket?endpiont=http://h",
    "s3://bucket?region=a&region=b",
    "s3://bucket?endpoint=ftp://h",
    "s3://bucket?path-style=maybe",
    "s3://bucket?region=Evil.example",
    "gs://bucket?region=x",
    "az://account",
    "https://",
    "https://a.blob.core.windows.net/?sv=1&sig=s3cr3t",
    "http://user:hunter22@[::1/x?q=s3cr3t",
    "file://host/path",
  ])("that is none is COVERAGE_STORAGE_UNKNOWN, without its secrets: %s", async (from) => {
    const failing = pull(from);
    await expect(failing).toThrowWithCode("COVERAGE_STORAGE_UNKNOWN");
    const words = messageOf(await failing.catch((error: unknown) => error));
    expect(words).not.toMatch(/hunter22|s3cr3t/);
  });
});
