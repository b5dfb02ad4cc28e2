import { expect, test } from "vitest";
import type { RegistryContext } from "../contract.ts";
import type { Manifest, Repository } from "../registry.ts";
import { blobOf, freshBlob, pushImage, referrerTo } from "./content.ts";

const REPORT = "application/vnd.seatrial.test.report";
const OTHER = "application/vnd.seatrial.test.other";

export function describeReferrers(context: () => RegistryContext): void {
  test("what was attached is listed with its type and annotations, and can be read", async () => {
    const { repository, again, signal } = context();
    const app = repository();
    const { manifest } = await pushImage(app, signal);
    const report = await attach(app, { subject: manifest, signal });
    const reading = again(app);
    const [found, ...others] = await reading.referrers.list({ subject: manifest.digest, signal });
    expect(others).toEqual([]);
    expect(found).toEqual({
      mediaType: report.mediaType,
      digest: report.digest,
      size: report.bytes.length,
      artifactType: REPORT,
      annotations: { "test.number": expect.any(String) },
    });
    expect(await reading.manifests.get(report.digest, signal)).toEqual(report);
  });

  test("only what has the type asked for is listed", async () => {
    const { repository, signal } = context();
    const app = repository();
    const { manifest } = await pushImage(app, signal);
    const report = await attach(app, { subject: manifest, signal });
    await attach(app, { subject: manifest, artifactType: OTHER, signal });
    const list = async (artifactType?: string) =>
      (await app.referrers.list({ subject: manifest.digest, artifactType, signal })).map(
        (each) => each.digest,
      );
    expect(await list()).toHaveLength(2);
    expect(await list(REPORT)).toEqual([report.digest]);
    expect(await list("application/vnd.seatrial.test.none")).toEqual([]);
  });

  test("attaching the same again changes nothing", async () => {
    const { repository, signal } = context();
    const app = repository();
    const { manifest } = await pushImage(app, signal);
    const report = await attach(app, { subject: manifest, signal });
    const again = await app.referrers.attach(report, signal);
    expect(await app.referrers.list({ subject: manifest.digest, signal })).toEqual([again]);
  });

  test("attaching does not move the tags and the bytes of what it is attached to", async () => {
    const { repository, signal } = context();
    const app = repository();
    const { manifest } = await pushImage(app, signal);
    await app.manifests.put("1.0", manifest, signal);
    await attach(app, { subject: manifest, signal });
    expect(await app.manifests.get("1.0", signal)).toEqual(manifest);
  });

  test("several that are attached at the same time are all listed", async () => {
    const { repository, again, signal } = context();
    const app = repository();
    const { manifest } = await pushImage(app, signal);
    const clients = [app, again(app), again(app), again(app)];
    const reports = await Promise.all(clients.map((each) => attach(each, { subject: manifest, signal })));
    const listed = await app.referrers.list({ subject: manifest.digest, signal });
    expect(listed.map((each) => each.digest).sort()).toEqual(reports.map((each) => each.digest).sort());
  });
}

async function attach(
  repository: Repository,
  options: { subject: Manifest; artifactType?: string; signal: AbortSignal },
): Promise<Manifest> {
  const { subject, artifactType = REPORT, signal } = options;
  const layer = freshBlob();
  await repository.blobs.put(blobOf("{}"), signal);
  await repository.blobs.put(layer, signal);
  const manifest = referrerTo(subject, { layer, artifactType });
  await repository.referrers.attach(manifest, signal);
  return manifest;
}
