import { describe, expect, test } from "vitest";
import { ToolError } from "../../support/error.ts";
import { readManifest } from "../manifest.ts";
import { MEDIA_TYPES } from "../media-types.ts";
import type { Manifest } from "../registry.ts";
import { connectQuickly } from "../testing/connect.ts";
import { freshBlob, imageOf, manifestOf, referrerTo } from "../testing/content.ts";
import { answers, times } from "../testing/server-faults.ts";
import { putDirectly, serverRepository } from "../testing/server-store.ts";
import { type OciSubject, startSubject } from "../testing/subject.ts";

const TYPE = "application/vnd.seatrial.test.report";

/** A referrer of the subject's image, whose blobs are there. */
function referrer({ server, manifest }: OciSubject): Manifest {
  const layer = freshBlob();
  const held = serverRepository(server.store, "team/app");
  held.blobs.set(layer.digest, layer.bytes);
  const made = referrerTo(manifest, { layer, artifactType: TYPE });
  const content = readManifest(made, "it");
  if (content.kind === "image") held.blobs.set(content.config.digest, Buffer.from("{}"));
  return made;
}

const described = ({ mediaType, digest, bytes }: Manifest) => ({ mediaType, digest, size: bytes.length });
const tagOf = (manifest: Manifest) => manifest.digest.replace(":", "-");
const listed = async ({ app, manifest, signal }: OciSubject) =>
  (await app.referrers.list({ subject: manifest.digest, signal })).map((each) => each.digest);
const asked = ({ server }: OciSubject) =>
  server.requests.map(({ method, path }) => `${method} ${path.split("/").at(-2)}`);

describe("with a referrers API", () => {
  test("attaching is the push and one look at the list", async () => {
    await using subject = await startSubject();
    const report = referrer(subject);
    await subject.app.referrers.attach(report, subject.signal);
    expect(asked(subject).slice(1)).toEqual(["PUT manifests", "GET referrers"]);
    expect(subject.server.store.get("team/app")?.tags.has(tagOf(subject.manifest))).toBe(false);
  });

  test("a list that shows it only after a while is waited for", async () => {
    await using subject = await startSubject();
    const { server, app, signal, waits } = subject;
    const report = referrer(subject);
    const headers = { "content-type": MEDIA_TYPES.ociIndex };
    const empty = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [] });
    server.fault(times(2, answers("GET /v2/team/app/referrers/", { status: 200, headers, body: empty })));
    await app.referrers.attach(report, signal);
    expect(waits).toHaveLength(2);
    expect(await listed(subject)).toEqual([report.digest]);
  });

  test("a list that never shows it is a failure", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    const headers = { "content-type": MEDIA_TYPES.ociIndex };
    const body = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: null });
    server.fault(answers("GET /v2/team/app/referrers/", { status: 200, headers, body }));
    await expect(app.referrers.attach(referrer(subject), signal)).toThrowWithCode("REFERRER_NOT_LISTED");
  });

  test("a list that is not filtered is filtered here", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    const [ours, other] = [
      { mediaType: MEDIA_TYPES.ociManifest, digest: freshBlob().digest, size: 1, artifactType: TYPE },
      { mediaType: MEDIA_TYPES.ociManifest, digest: freshBlob().digest, size: 1, artifactType: "other" },
    ];
    const headers = { "content-type": MEDIA_TYPES.ociIndex };
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [ours, other],
    });
    server.fault(answers("GET /v2/team/app/referrers/", { status: 200, headers, body }));
    expect(await app.referrers.list({ subject: manifest.digest, artifactType: TYPE, signal })).toEqual([
      ours,
    ]);
  });

  test.each([
    ["is no index", { status: 200, body: "<html>" }],
    ["is not there", { status: 404 }],
    ["is refused", { status: 400 }],
  ])("a further page that %s is a failure, and no end of the list", async (_what, answer) => {
    await using subject = await startSubject({ pageSize: 1 });
    const { server, app, manifest, signal } = subject;
    for (const report of [referrer(subject), referrer(subject)])
      putDirectly(server.store, { repository: "team/app", reference: report.digest, ...report });
    expect(await listed(subject)).toHaveLength(2);
    server.fault(answers(`GET /v2/team/app/referrers/${manifest.digest}?last=1`, answer));
    const listing = app.referrers.list({ subject: manifest.digest, signal });
    await expect(listing).rejects.toBeInstanceOf(ToolError);
  });

  test("an index that is none is a failure", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    const headers = { "content-type": MEDIA_TYPES.ociIndex };
    server.fault(answers("GET /v2/team/app/referrers/", { status: 200, headers, body: "<html>" }));
    const listing = app.referrers.list({ subject: manifest.digest, signal });
    await expect(listing).toThrowWithCode("MANIFEST_INVALID");
  });
});

/** Entries of a list that nobody here can use, whatever others make of them. */
const UNUSABLE = [
  { mediaType: MEDIA_TYPES.ociManifest, digest: `sha512:${"a".repeat(128)}`, size: 1, artifactType: TYPE },
  { ...described(imageOf().manifest), Digest: "sha256:0" },
  { mediaType: MEDIA_TYPES.ociManifest },
  null,
] as const;

describe("entries that cannot be used", () => {
  test("are passed over in the list of the API", async () => {
    await using subject = await startSubject();
    const { server } = subject;
    const ours = described(imageOf().manifest);
    const { bytes } = manifestOf({ mediaType: MEDIA_TYPES.ociIndex, manifests: [...UNUSABLE, ours] });
    const headers = { "content-type": MEDIA_TYPES.ociIndex };
    server.fault(answers("GET /v2/team/app/referrers/", { status: 200, headers, body: bytes }));
    expect(await listed(subject)).toEqual([ours.digest]);
  });

  test.each([
    ["stay there as they are", true],
    ["go when the registry takes no list with them any more", false],
  ])("are passed over in that of the tag, and %s", async (_what, isThere) => {
    await using subject = await startSubject({ referrersApi: false });
    const { server, app, manifest, signal } = subject;
    const [theirs] = UNUSABLE;
    const index = manifestOf({ mediaType: MEDIA_TYPES.ociIndex, manifests: [theirs] });
    putDirectly(server.store, { repository: "team/app", reference: tagOf(manifest), ...index });
    if (isThere) serverRepository(server.store, "team/app").manifests.set(theirs.digest, manifest);
    expect(await listed(subject)).toEqual([]);
    const report = referrer(subject);
    await app.referrers.attach(report, signal);
    expect(await listed(subject)).toEqual([report.digest]);
    const after = await app.manifests.get(tagOf(manifest), signal);
    const ours = expect.objectContaining({ digest: report.digest });
    expect(JSON.parse(String(after?.bytes))).toMatchObject({ manifests: isThere ? [theirs, ours] : [ours] });
  });
});

describe("without one", () => {
  test("the tag lists it, after what it listed before, and is asked for no API again", async () => {
    await using subject = await startSubject({ referrersApi: false });
    const { app, signal } = subject;
    const reports = [referrer(subject), referrer(subject)];
    for (const report of reports) await app.referrers.attach(report, signal);
    expect(await listed(subject)).toEqual(reports.map((each) => each.digest));
    expect(asked(subject).filter((each) => each === "GET referrers")).toHaveLength(1);
  });

  test.each([
    ["status 400", { status: 400 }],
    ["status 405", { status: 405 }],
    ["status 406", { status: 406 }],
    ["status 501", { status: 501 }],
    ["a page", { status: 200, headers: { "content-type": "text/html" }, body: "<html>" }],
    ["an empty answer", { status: 204 }],
  ])("one that answers with %s has the tag read and written", async (_what, answer) => {
    await using subject = await startSubject({ referrersApi: false });
    const { server, app, signal } = subject;
    server.fault(answers("GET /v2/team/app/referrers/", answer));
    const report = referrer(subject);
    await app.referrers.attach(report, signal);
    await using other = connectQuickly().client;
    const again = { ...subject, app: other.repository(app.name) };
    expect(await listed(again)).toEqual([report.digest]);
  });

  test.each([
    [401, "REGISTRY_DENIED"],
    [403, "REGISTRY_DENIED"],
    [500, "REGISTRY_FAILED"],
  ])("one that answers %i has said nothing about its API: no tag stands in", async (status, code) => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    server.fault(answers("GET /v2/team/app/referrers/", { status }));
    await expect(app.referrers.list({ subject: manifest.digest, signal })).toThrowWithCode(code);
  });

  test("a registry that says it took note, and serves no list, gets the tag too", async () => {
    await using subject = await startSubject({ referrersApi: false });
    const { server, app, manifest, signal } = subject;
    server.fault(({ method }, response) => {
      if (method === "PUT") response.setHeader("oci-subject", manifest.digest);
      return undefined;
    });
    const report = referrer(subject);
    await app.referrers.attach(report, signal);
    expect(await listed(subject)).toEqual([report.digest]);
  });

  test("what others have written into the list stays as it is, also what we know nothing of", async () => {
    await using subject = await startSubject({ referrersApi: false });
    const { server, app, manifest, signal } = subject;
    const other = referrer(subject);
    putDirectly(server.store, { repository: "team/app", reference: other.digest, ...other });
    const theirs = {
      mediaType: other.mediaType,
      digest: other.digest,
      size: other.bytes.length,
      urls: ["https://example.com/blob"],
      data: "e30=",
      platform: { os: "windows", architecture: "amd64", "os.version": "10.0.20348.1" },
      "com.example.more": { a: 1 },
    };
    const list = { manifests: [theirs], annotations: { by: "somebody" }, "com.example.more": true };
    const index = manifestOf({ mediaType: MEDIA_TYPES.ociIndex, ...list });
    putDirectly(server.store, { repository: "team/app", reference: tagOf(manifest), ...index });
    const report = referrer(subject);
    await app.referrers.attach(report, signal);
    const after = await app.manifests.get(tagOf(manifest), signal);
    expect(JSON.parse(String(after?.bytes))).toMatchObject({
      ...list,
      manifests: [theirs, { digest: report.digest }],
    });
  });

  test.each([1, 3])(
    "who is overwritten by somebody else (%i times) writes again, and keeps theirs",
    async (count) => {
      await using subject = await startSubject({ referrersApi: false });
      const { server, app, manifest, signal } = subject;
      const theirs = Array.from({ length: count }, () => referrer(subject));
      for (const each of theirs)
        putDirectly(server.store, { repository: "team/app", reference: each.digest, ...each });
      let done = 0;
      server.fault(({ method, path }) => {
        // Somebody read the list before we wrote it, and writes it now.
        if (method !== "GET" || !path.endsWith(tagOf(manifest)) || done >= count) return undefined;
        if (!server.store.get("team/app")?.tags.has(tagOf(manifest))) return undefined;
        const manifests = theirs
          .slice(0, ++done)
          .map(({ mediaType, digest, bytes }) => ({ mediaType, digest, size: bytes.length }));
        const index = manifestOf({ mediaType: MEDIA_TYPES.ociIndex, manifests });
        putDirectly(server.store, { repository: "team/app", reference: tagOf(manifest), ...index });
        return undefined;
      });
      const report = referrer(subject);
      await app.referrers.attach(report, signal);
      expect((await listed(subject)).sort()).toEqual([report, ...theirs].map((each) => each.digest).sort());
    },
  );

  test("what the list names and nobody has any more is left out", async () => {
    await using subject = await startSubject({ referrersApi: false });
    const { server, app, manifest, signal } = subject;
    const { mediaType, digest, bytes } = referrer(subject);
    const manifests = [{ mediaType, digest, size: bytes.length }];
    const index = manifestOf({ mediaType: MEDIA_TYPES.ociIndex, manifests });
    putDirectly(server.store, { repository: "team/app", reference: tagOf(manifest), ...index });
    const report = referrer(subject);
    await app.referrers.attach(report, signal);
    expect(await listed(subject)).toEqual([report.digest]);
  });

  test("somebody who writes all the time is a failure in the end", async () => {
    await using subject = await startSubject({ referrersApi: false });
    const { server, app, manifest, signal } = subject;
    const empty = manifestOf({ mediaType: MEDIA_TYPES.ociIndex, manifests: [] });
    server.fault(({ method, path }) => {
      if (method === "GET" && path.endsWith(tagOf(manifest)))
        putDirectly(server.store, { repository: "team/app", reference: tagOf(manifest), ...empty });
      return undefined;
    });
    await expect(app.referrers.attach(referrer(subject), signal)).toThrowWithCode("REFERRER_NOT_LISTED");
  });

  test("a tag that is something else is reported, and left alone", async () => {
    await using subject = await startSubject({ referrersApi: false });
    const { server, app, manifest, signal } = subject;
    const image = imageOf().manifest;
    putDirectly(server.store, { repository: "team/app", reference: tagOf(manifest), ...image });
    await expect(app.referrers.attach(referrer(subject), signal)).toThrowWithCode("REFERRERS_TAG_TAKEN");
    const listing = app.referrers.list({ subject: manifest.digest, signal });
    await expect(listing).toThrowWithCode("REFERRERS_TAG_TAKEN");
    expect(server.store.get("team/app")?.tags.get(tagOf(manifest))).toBe(image.digest);
  });
});
