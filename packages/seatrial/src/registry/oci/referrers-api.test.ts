import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { MEDIA_TYPES } from "../media-types.ts";
import { imageOf, manifestOf } from "../testing/content.ts";
import { answers } from "../testing/server-faults.ts";
import { startSubject } from "../testing/subject.ts";
import type { Caller, RegistryCall } from "./caller.ts";
import { listByApi } from "./referrers-api.ts";
import type { Answer } from "./transport.ts";

const headers = { "content-type": MEDIA_TYPES.ociIndex };

test("a list that is larger than any that is read is one that cannot be used: whoever may push makes it so", async () => {
  await using subject = await startSubject();
  const { server, app, manifest, signal } = subject;
  const { mediaType, digest } = manifest;
  const entry = { mediaType, digest, size: 1, annotations: { padding: "x".repeat(3_000_000) } };
  const { bytes } = manifestOf({ mediaType: MEDIA_TYPES.ociIndex, manifests: [entry, entry] });
  server.fault(answers("GET /v2/team/app/referrers/", { status: 200, headers, body: bytes }));
  const listing = app.referrers.list({ subject: digest, signal });
  await expect(listing).toThrowWithCode("MANIFEST_INVALID");
});

test("so is one of very many pages", async () => {
  const body = manifestOf({ mediaType: MEDIA_TYPES.ociIndex, manifests: [] }).bytes;
  let pages = 0;
  const caller = {
    host: { settings: { isInsecure: () => true } },
    reading: (signal: AbortSignal) => ({ stall: 60_000, traffic: { bytesDown: 0 }, signal }),
    explain: async (_what: string, work: () => Promise<unknown>) => await work(),
    async ask(call: RegistryCall, read: (answer: Answer) => Promise<unknown>) {
      const url = new URL(call.path, "https://registry.example/v2/team/app/");
      pages += 1;
      const link = `<${url.pathname}?last=${pages}>; rel="next"`;
      return await read({
        status: 200,
        headers: { ...headers, link },
        url,
        body: Readable.from([body]),
      } as unknown as Answer);
    },
  } as unknown as Caller;
  const subject = imageOf().manifest.digest;
  const { signal } = new AbortController();
  const listing = listByApi(caller, { subject, memory: { isMissing: false }, signal });
  await expect(listing).toThrowWithCode("MANIFEST_INVALID");
  expect(pages).toBe(1_001);
});
