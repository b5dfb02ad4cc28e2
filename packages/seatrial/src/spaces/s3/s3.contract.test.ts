import { randomBytes } from "node:crypto";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { textOf } from "../../support/xml.ts";
import type { MadeSpace, SpaceMaker } from "../maker.ts";
import { describeKind } from "../testing/contract.ts";
import { must, type S3Client } from "./client.ts";
import { s3Kind } from "./index.ts";
import { listUploads, listVersions } from "./listing.ts";
import { get, put, type S3Subject, SERVERS, startS3 } from "./testing/subject.ts";

const signal = new AbortController().signal;
const prefix = `st_${randomBytes(4).toString("hex")}_`;
const NAMES = Object.keys(SERVERS) as (keyof typeof SERVERS)[];
/** What servers and signatures get wrong. */
const ODD_KEYS = [
  "a b+c/d~e!f'(g)*.txt",
  "ü/żółć 🦆",
  "per%41cent",
  "query?x=1&y#z",
  'a<b>&"c"',
  "deep/er/and/deeper",
];
const FILES = { "logo.svg": "<svg/>", "mails/welcome.txt": "hello", "mails/übung (1).txt": "ü" };

const bucketOf = (space: MadeSpace) => space.values["bucket"] ?? "";

async function contents(client: S3Client, place: { bucket: string; prefix: string }): Promise<string[]> {
  const lines: string[] = [];
  for await (const page of listVersions(client, place, signal)) {
    for (const { key, size } of page) {
      lines.push(
        `${key.slice(place.prefix.length)} ${size} ${await get(client, { bucket: place.bucket, key })}`,
      );
    }
  }
  for await (const page of listUploads(client, place, signal))
    lines.push(...page.map(({ key }) => `upload ${key}`));
  return lines.sort();
}

async function beginUpload(client: S3Client, bucket: string, key: string): Promise<void> {
  const { xml } = await must(client, { method: "POST", bucket, key, query: { uploads: "" } }, signal);
  const uploadId = textOf(xml, "UploadId");
  await must(
    client,
    { method: "PUT", bucket, key, query: { partNumber: "1", uploadId }, body: "part" },
    signal,
  );
}

for (const name of NAMES) {
  describeKind({
    name: `s3 (${name})`,
    async open() {
      const subject = await startS3(name);
      const { client } = subject;
      const folder = await createFolder(FILES);
      const files = Object.keys(FILES).map((file) => path.join(folder.path, file));
      return {
        driver: s3Kind,
        openMaker: (own, opening) =>
          subject.open({
            prefix: own,
            signal: opening,
            plan: { template: { steps: [{ kind: "files", files }] } },
          }),
        async connect(space) {
          await must(client, { method: "GET", bucket: bucketOf(space) }, signal);
          // S3 has no sessions.
          return { ended: Promise.resolve(), [Symbol.asyncDispose]: async () => undefined };
        },
        fingerprint: async (space) =>
          (await contents(client, { bucket: bucketOf(space), prefix: "" })).join("\n"),
        dirty: (space) => put(client, { bucket: bucketOf(space), key: "new" }, "1"),
        dirtier: {
          "odd keys": async (space) => {
            for (const key of ODD_KEYS) await put(client, { bucket: bucketOf(space), key }, key);
          },
          "an upload begun": (space) => beginUpload(client, bucketOf(space), "large"),
        },
        async [Symbol.asyncDispose]() {
          await subject[Symbol.asyncDispose]();
          await folder[Symbol.asyncDispose]();
        },
      };
    },
  });
}

describe.each(NAMES)("buckets of %s", (name) => {
  let subject: S3Subject;
  let client: S3Client;
  let maker: SpaceMaker;
  let count = 0;
  const nextName = () => `${prefix}${++count}`;

  beforeAll(async () => {
    subject = await startS3(name);
    client = subject.client;
    maker = await subject.open();
  }, 120_000);

  afterAll(async () => {
    await maker[Symbol.asyncDispose]();
    await subject[Symbol.asyncDispose]();
  });

  test("are gone with whatever was in them: odd keys, more than a page, begun uploads", async () => {
    const space = await maker.make(nextName(), signal);
    const bucket = bucketOf(space);
    for (const key of ODD_KEYS) await put(client, { bucket, key }, "x");
    const many = Array.from({ length: 1100 }, (_, at) => `many/${at}`);
    while (many.length > 0)
      await Promise.all(many.splice(0, 8).map((key) => put(client, { bucket, key }, key)));
    await beginUpload(client, bucket, "large/ü");
    expect(await maker.size(space, signal)).toBeGreaterThan(1100);
    await maker.drop(space.name, signal);
    expect(await maker.list(prefix, signal)).not.toContain(space.name);
    expect((await client.send({ method: "GET", bucket }, signal)).refusal).toBe("NoSuchBucket");
  }, 60_000);

  test("are copied from a bucket and changed by steps, each of which finds what came before", async () => {
    const source = await maker.make(nextName(), signal);
    for (const key of ODD_KEYS) await put(client, { bucket: bucketOf(source), key: `in/${key}` }, key);
    await put(client, { bucket: bucketOf(source), key: "out" }, "not copied");
    await using folder = await createFolder(FILES);
    await using copying = await subject.open({
      plan: {
        template: {
          from: `${bucketOf(source)}/in/`,
          steps: [
            { kind: "files", files: [folder.path] },
            { kind: "command", target: "app", argv: ["seed"], env: {}, variable: "S3_URL" },
          ],
        },
      },
      async runStep({ values, env }) {
        const bucket = values["bucket"] ?? "";
        expect(env).toMatchObject({ AWS_ENDPOINT_URL: values["endpoint"], S3_BUCKET: bucket });
        expect(await get(client, { bucket, key: "logo.svg" })).toBe("<svg/>");
        await put(client, { bucket, key: "from a step.txt" }, "seed");
      },
    });
    const space = await copying.make(nextName(), signal);
    const lines = [
      ...ODD_KEYS.map((key) => [key, key]),
      ...Object.entries(FILES),
      ["from a step.txt", "seed"],
    ];
    const wanted = lines.map(([key, text = ""]) => `${key} ${Buffer.byteLength(text)} ${text}`);
    expect(await contents(client, { bucket: bucketOf(space), prefix: "" })).toEqual(wanted.sort());
    await copying.drop(space.name, signal);
  });

  test("end with their template", async () => {
    await using folder = await createFolder(FILES);
    const template = { steps: [{ kind: "files" as const, files: [folder.path] }] };
    const other = await subject.open({ prefix: `${prefix}gone_`, plan: { template } });
    expect(await maker.list(`${prefix}gone_`, signal)).toHaveLength(1);
    await other[Symbol.asyncDispose]();
    expect(await maker.list(`${prefix}gone_`, signal)).toEqual([]);
  });

  test("are not begun with a bucket or a file that is missing, nor is anything left of the attempt", async () => {
    const templates = [
      { from: "no-such-bucket", steps: [] },
      { steps: [{ kind: "files" as const, files: ["/no/such/file"] }] },
    ];
    for (const template of templates) {
      const opening = subject.open({ prefix: `${prefix}wrong_`, plan: { template } });
      await expect(opening).toThrowWithCode("TEMPLATE_FAILED");
      await expect(opening).rejects.toThrow(/no-such-bucket|no\/such\/file/);
    }
    expect(await maker.list(`${prefix}wrong_`, signal)).toEqual([]);
  });

  test("may be folders of one bucket instead, which goes with the last of them", async () => {
    await using folder = await createFolder(FILES);
    const plan = {
      isolation: "prefix" as const,
      template: { steps: [{ kind: "files" as const, files: [folder.path] }] },
    };
    const folders = await subject.open({ prefix: `${prefix}t1_`, plan });
    const other = await subject.open({ prefix: `${prefix}t2_`, plan: { isolation: "prefix" } });
    const [one, two] = [await folders.make(nextName(), signal), await folders.make(nextName(), signal)];
    expect(one.values).toMatchObject({ bucket: "seatrial-spaces", prefix: `${one.name}/` });
    await put(client, { bucket: bucketOf(one), key: `${one.name}/mine` }, "1");
    const at = (space: MadeSpace) => ({ bucket: bucketOf(space), prefix: `${space.name}/` });
    expect(await contents(client, at(one))).toHaveLength(4);
    expect(await contents(client, at(two))).toHaveLength(3);
    expect(
      (await folders.list(prefix, signal)).filter((each) => each === one.name || each === two.name),
    ).toHaveLength(2);
    await folders.drop(one.name, signal);
    expect(await folders.list(one.name, signal)).toEqual([]);
    expect(await contents(client, at(two))).toHaveLength(3);
    await folders.drop(two.name, signal);
    await folders[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    expect((await client.send({ method: "GET", bucket: "seatrial-spaces" }, signal)).refusal).toBe(
      "NoSuchBucket",
    );
  });
});
