import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { RegistryContext } from "../contract.ts";
import { blobOf, freshBlob } from "./content.ts";

export function describeBlobs(context: () => RegistryContext): void {
  test.each([2, 100, 3_000_000])("a blob of %i bytes comes back as it was", async (size) => {
    const { repository, again, signal } = context();
    const app = repository();
    const blob = freshBlob(size);
    await app.blobs.put(blob, signal);
    const reading = again(app);
    expect(await reading.blobs.has(blob.digest, signal)).toBe(true);
    const bytes = await buffer(await reading.blobs.open(blob, signal));
    expect(bytes.equals(blob.bytes)).toBe(true);
    expect(app.traffic().blobBytesUp).toBe(size);
    expect(reading.traffic().bytesDown).toBeGreaterThanOrEqual(size);
  });

  test("a blob that is there is not uploaded again, and its source is not opened", async () => {
    const { repository, again, signal } = context();
    const app = repository();
    const blob = freshBlob();
    await app.blobs.put(blob, signal);
    const second = again(app);
    const open = () => {
      throw new Error("nobody needs these bytes");
    };
    await second.blobs.put({ ...blob, open }, signal);
    expect(second.traffic().blobBytesUp).toBe(0);
  });

  test("bytes that are not what their digest says are refused", async () => {
    const { repository, signal } = context();
    const app = repository();
    const { digest, size } = blobOf("what is promised");
    const open = () => Readable.from([Buffer.from("what is send ed!")]);
    await expect(app.blobs.put({ digest, size, open }, signal)).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
    expect(await app.blobs.has(digest, signal)).toBe(false);
  });

  test("a source that fails, fails the upload with its own error", async () => {
    const { repository, signal } = context();
    const app = repository();
    const failure = new Error("disk read error");
    const blob = freshBlob(1000);
    async function* failing() {
      yield blob.bytes.subarray(0, 10);
      throw failure;
    }
    const open = () => Readable.from(failing());
    await expect(app.blobs.put({ ...blob, open }, signal)).rejects.toBe(failure);
    expect(await app.blobs.has(blob.digest, signal)).toBe(false);
  });

  test("opening a blob that is not there fails", async () => {
    const { repository, signal } = context();
    const app = repository();
    await app.blobs.put(freshBlob(), signal);
    await expect(app.blobs.open(freshBlob(), signal)).toThrowWithCode("BLOB_NOT_FOUND");
  });

  test("a blob is mounted from another repository without moving a byte", async () => {
    const { repository, signal } = context();
    const [from, to] = [repository("from"), repository("to")];
    const blob = freshBlob(10_000);
    await from.blobs.put(blob, signal);
    expect(await to.blobs.mount(blob, from.name, signal)).toBe(true);
    expect(await to.blobs.has(blob.digest, signal)).toBe(true);
    expect(to.traffic()).toMatchObject({ blobsMounted: 1, bytesUp: 0, blobBytesUp: 0 });
  });

  test("what cannot be mounted says so, and can be put", async () => {
    const { repository, signal } = context();
    const [from, to] = [repository("from"), repository("to")];
    await from.blobs.put(freshBlob(), signal);
    const blob = freshBlob();
    const nowhere = { ...from.name, repository: `${from.name.repository}-none` };
    const elsewhere = { ...from.name, registry: "registry.invalid" };
    expect(await to.blobs.mount(blob, from.name, signal)).toBe(false);
    expect(await to.blobs.mount(blob, nowhere, signal)).toBe(false);
    expect(await to.blobs.mount(blob, elsewhere, signal)).toBe(false);
    expect(to.traffic().blobsMounted).toBe(0);
    await to.blobs.put(blob, signal);
    expect(await to.blobs.has(blob.digest, signal)).toBe(true);
  });
}
