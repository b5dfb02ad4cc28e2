import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProcessSpec } from "../../agent/index.ts";
import { textOf } from "../../support/xml.ts";
import type { MadeSpace, SpaceMaker } from "../maker.ts";
import { must } from "./client.ts";
import { s3Kind } from "./index.ts";
import { get, makerOptions, put, type S3Subject, startS3 } from "./testing/subject.ts";

const signal = new AbortController().signal;
const prefix = `st_${randomBytes(4).toString("hex")}_`;

async function outputOf(subject: S3Subject, spec: ProcessSpec): Promise<string> {
  const running = await subject.server.run({ ...spec, mergeOutput: true }, signal);
  let said = "";
  for await (const { data } of running.output) said += data;
  expect([said, (await running.exit).code]).toEqual([said, 0]);
  return said;
}

const valuesOf = (subject: S3Subject, space: MadeSpace) =>
  s3Kind.values(space, { host: "127.0.0.1", port: subject.server.port });

describe("in rclone, which has objects and no more", () => {
  let subject: S3Subject;
  let maker: SpaceMaker;

  beforeAll(async () => {
    subject = await startS3("rclone");
    maker = await subject.open();
  }, 120_000);
  afterAll(async () => {
    await maker[Symbol.asyncDispose]();
    await subject[Symbol.asyncDispose]();
  });

  test("a space can be looked at with the container's own client", async () => {
    const space = await maker.make(`${prefix}1`, signal);
    await put(subject.client, { bucket: space.values["bucket"] ?? "", key: "a/file.txt" }, "12345");
    const said = await outputOf(subject, s3Kind.client(valuesOf(subject, space)));
    expect(said).toMatch(/5 .*a\/file\.txt/);
  });

  test("there are no spaces without the keys, with others, or with half of them", async () => {
    const none = makerOptions({ ...subject.server, admin: {} });
    await expect(s3Kind.open(none)).rejects.toThrow(
      /rabbit-s3: the settings of the service do not tell the keys/,
    );
    const others = makerOptions({ ...subject.server, admin: { user: "somebody", password: "else" } });
    await expect(s3Kind.open(others)).toThrowWithCode("SPACE_NOT_MADE");
    const half = makerOptions({ ...subject.server, admin: { ...subject.server.admin, password: "else" } });
    await expect(s3Kind.open(half)).rejects.toThrow(/SignatureDoesNotMatch/);
  });
});

describe("in moto, which has versions, locks and tags", () => {
  let subject: S3Subject;
  let maker: SpaceMaker;
  let count = 10;
  const make = () => maker.make(`${prefix}${++count}`, signal);

  beforeAll(async () => {
    subject = await startS3("moto");
    maker = await subject.open();
  }, 120_000);
  afterAll(async () => {
    await maker[Symbol.asyncDispose]();
    await subject[Symbol.asyncDispose]();
  });

  test("any keys will do for a server that lets everybody in", async () => {
    await using other = await s3Kind.open(makerOptions({ ...subject.server, admin: {} }));
    expect((await other.make(`${prefix}open`, signal)).values).toMatchObject({
      user: "test",
      password: "test",
    });
    await other.drop(`${prefix}open`, signal);
  });

  test("a program with an AWS SDK needs nothing but the space's variables", async () => {
    const space = await make();
    const script = [
      "import boto3, os",
      "from botocore.config import Config",
      "s3 = boto3.client('s3', config=Config(s3={'addressing_style': 'path'}))",
      "s3.put_object(Bucket=os.environ['S3_BUCKET'], Key='from boto/ü', Body=b'hello')",
      "print([o['Key'] for o in s3.list_objects_v2(Bucket=os.environ['S3_BUCKET'])['Contents']])",
    ].join("\n");
    const env = s3Kind.env(valuesOf(subject, space));
    expect(await outputOf(subject, { argv: ["python3", "-c", script], env })).toContain("['from boto/ü']");
    expect(await get(subject.client, { bucket: space.values["bucket"] ?? "", key: "from boto/ü" })).toBe(
      "hello",
    );
  });

  test("a bucket with versions, marks of deletion and locks is gone when it is dropped", async () => {
    const space = await make();
    const bucket = space.values["bucket"] ?? "";
    const enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await must(subject.client, { method: "PUT", bucket, query: { versioning: "" }, body: enabled }, signal);
    for (const body of ["one", "two", "three"]) await put(subject.client, { bucket, key: "again" }, body);
    await put(subject.client, { bucket, key: "deleted" }, "x");
    await must(subject.client, { method: "DELETE", bucket, key: "deleted" }, signal);
    expect(await maker.size(space, signal)).toBe(3 + 3 + 5 + 1);
    await maker.drop(space.name, signal);
    expect((await subject.client.send({ method: "GET", bucket }, signal)).refusal).toBe("NoSuchBucket");
  });

  test("objects are copied with their type and metadata", async () => {
    const source = await make();
    const bucket = source.values["bucket"] ?? "";
    const headers = { "content-type": "text/x-own", "x-amz-meta-own": "1" };
    await must(subject.client, { method: "PUT", bucket, key: "a", headers, body: "x" }, signal);
    await using copying = await subject.open({ plan: { template: { from: bucket, steps: [] } } });
    const copy = await copying.make(`${prefix}copy`, signal);
    const request = { method: "GET", bucket: copy.values["bucket"] ?? "", key: "a" } as const;
    expect((await must(subject.client, request, signal)).headers).toMatchObject(headers);
  });

  test("whose a bucket is stands in its tag", async () => {
    const space = await make();
    await maker.label(space.name, 'orders: TestÜ"', signal);
    const request = { method: "GET", bucket: space.values["bucket"] ?? "", query: { tagging: "" } } as const;
    const { xml } = await must(subject.client, request, signal);
    const tag = xml?.children[0]?.children[0];
    expect([textOf(tag, "Key"), textOf(tag, "Value")]).toEqual(["seatrial", "orders: Test__"]);
  });
});
