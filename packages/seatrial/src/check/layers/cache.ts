import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Digest } from "../../model/index.ts";
import { keyOfSecrets } from "./cache-key.ts";
import { pruneFolder } from "./prune.ts";
import type { LayerReading } from "./reading.ts";
import type { NamedSecret } from "./scanner.ts";

/** Whatever changes what is kept of the same bytes: entries, packages, formats, which configuration an id has. */
const VERSION = 11;
const MOST_NAMES = 2_000;
const LARGEST_CACHE = 256_000_000;

/** Readings of layers and configurations of images that were read before. A cache: losing it costs time, failing to write it nothing. */
export interface ReadingCache {
  layer(diffId: Digest): Promise<LayerReading | undefined>;
  keepLayer(reading: LayerReading): Promise<void>;
  /** The configuration of an image, as text. */
  config(imageId: Digest): Promise<string | undefined>;
  keepConfig(imageId: Digest, config: string): Promise<void>;
  /** Which layers the files of earlier exports were, by name. */
  names(): Promise<ReadonlyMap<string, Digest>>;
  keepNames(names: ReadonlyMap<string, Digest>): Promise<void>;
  prune(): Promise<void>;
}

/** Opens the cache for readings in which these values were looked for. */
export async function openReadingCache(options: {
  folder: string;
  secrets: readonly NamedSecret[];
}): Promise<ReadingCache> {
  const { folder, secrets } = options;
  // Without the key nothing is kept, and nothing found.
  const key = await keyOfSecrets(folder, secrets).catch(() => undefined);
  const fileOf = (digest: Digest, kind: string) =>
    path.join(folder, `${digest.replace("sha256:", "")}.${kind}`);
  const layerFile = (diffId: Digest) => fileOf(diffId, `${key}.v${VERSION}`);
  const configFile = (imageId: Digest) => fileOf(imageId, `v${VERSION}.json`);
  const namesFile = path.join(folder, "names.json");

  async function names(): Promise<Map<string, Digest>> {
    const content = await read(namesFile);
    const entries = content === undefined ? [] : parse<[string, Digest][]>(content.toString());
    return new Map(Array.isArray(entries) ? entries : []);
  }

  return {
    async layer(diffId) {
      if (key === undefined) return undefined;
      const content = await read(layerFile(diffId));
      const reading = content && decode(content);
      return reading?.diffId === diffId ? reading : undefined;
    },
    async keepLayer(reading) {
      if (key !== undefined) await write(layerFile(reading.diffId), encode(reading));
    },
    config: async (imageId) => (await read(configFile(imageId)))?.toString(),
    keepConfig: async (imageId, config) => await write(configFile(imageId), Buffer.from(config)),
    names,
    async keepNames(added) {
      // The newest ones come first, and win.
      const kept = [...new Map([...added, ...[...(await names())].filter(([name]) => !added.has(name))])];
      await write(namesFile, Buffer.from(JSON.stringify(kept.slice(0, MOST_NAMES))));
    },
    prune: async () => await pruneFolder(folder, { largest: LARGEST_CACHE, keep: ["key", "names.json"] }),
  };
}

async function read(file: string): Promise<Buffer | undefined> {
  try {
    const content = await readFile(file);
    const now = new Date();
    await utimes(file, now, now).catch(() => undefined);
    return content;
  } catch {
    return undefined;
  }
}

/** Whole or not at all: other runs may read it at any time. */
async function write(file: string, content: Buffer): Promise<void> {
  const part = `${file}.${randomBytes(4).toString("hex")}.part`;
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(part, content, { mode: 0o600 });
    await rename(part, file);
  } catch {
    // A full or read-only disk: the next run reads the layer again.
  }
}

/** Facts as JSON on the first line, entries behind it as they are. */
function encode({ entries, ...facts }: LayerReading): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ ...facts, bytes: entries.length })}\n`), entries]);
}

function decode(content: Buffer): LayerReading | undefined {
  const end = content.indexOf("\n");
  if (end < 0) return undefined;
  const facts = parse<Omit<LayerReading, "entries"> & { bytes: number }>(content.toString("utf8", 0, end));
  const entries = content.subarray(end + 1);
  if (facts === undefined || facts.bytes !== entries.length) return undefined;
  const { bytes: _bytes, ...reading } = facts;
  return { ...reading, entries };
}

function parse<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
