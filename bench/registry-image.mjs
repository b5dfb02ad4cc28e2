// An image that is made here and lies in a registry only: no engine has its layers, in no cache.
import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";

const IMAGE = "application/vnd.docker.container.image.v1+json";
const LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

/** Makes an image of so many layers, each with one file of random bytes. */
export function makeRandomImage({ layers, layerBytes }) {
  const made = Array.from({ length: layers }, (_, index) => makeLayer(`file-${index + 1}`, layerBytes));
  const rootfs = { type: "layers", diff_ids: made.map(({ diffId }) => diffId) };
  const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", config: {}, rootfs }));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: IMAGE, size: config.length, digest: digestOf(config) },
      layers: made.map(({ bytes }) => ({ mediaType: LAYER, size: bytes.length, digest: digestOf(bytes) })),
    }),
  );
  return {
    blobs: [...made.map(({ bytes }) => bytes), config],
    manifest,
    identity: {
      digest: digestOf(manifest),
      mediaType: MANIFEST,
      size: manifest.length,
      imageId: digestOf(config),
      layers: rootfs.diff_ids,
      platform: "linux/amd64",
    },
  };
}

/** Pushes it by its digest, and under tags if there are any. */
export async function pushImage({ host, name, image: { blobs, manifest, identity }, tags = [] }) {
  for (const bytes of blobs) await putBlob({ host, name, bytes });
  for (const reference of [identity.digest, ...tags])
    await send(`http://${host}/v2/${name}/manifests/${reference}`, "PUT", manifest, MANIFEST);
}

/** What a tag names now: the manifest by the digest of its bytes, and the configuration in it. */
export async function readTag({ host, name, tag }) {
  const url = `http://${host}/v2/${name}/manifests/${tag}`;
  const response = await fetch(url, { headers: { accept: MANIFEST } });
  if (!response.ok) throw new Error(`GET ${url} ended with ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  return { digest: digestOf(bytes), configDigest: JSON.parse(bytes.toString("utf8")).config.digest };
}

function makeLayer(name, size) {
  const tar = tarOf(name, randomBytes(size));
  return { diffId: digestOf(tar), bytes: gzipSync(tar, { level: 1 }) };
}

/** A tar with one file. */
function tarOf(name, content) {
  const header = Buffer.alloc(512);
  const octal = (value, length) => `${value.toString(8).padStart(length - 1, "0")}\0`;
  header.write(name);
  header.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(content.length, 12) + octal(0, 12), 100);
  header.write("        0", 148);
  header.write("ustar\u000000", 257);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
  );
  return Buffer.concat([
    header,
    content,
    Buffer.alloc(512 - (content.length % 512 || 512)),
    Buffer.alloc(1024),
  ]);
}

async function putBlob({ host, name, bytes }) {
  const begun = await send(`http://${host}/v2/${name}/blobs/uploads/`, "POST");
  const place = new URL(begun.headers.get("location"), `http://${host}`);
  place.searchParams.set("digest", digestOf(bytes));
  await send(place, "PUT", bytes, "application/octet-stream");
}

async function send(url, method, body, type) {
  const response = await fetch(url, {
    method,
    body,
    headers: type === undefined ? {} : { "content-type": type },
  });
  if (!response.ok)
    throw new Error(`${method} ${url} ended with ${response.status}: ${await response.text()}`);
  return response;
}

function digestOf(bytes) {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
