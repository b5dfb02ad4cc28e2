import { readFile } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import type { Digest } from "../model/index.ts";
import { writeWhole } from "../support/write-whole.ts";

/** What layers of registries unpack to, by their digests there. Losing it costs time: they are read again. */
export interface LayerMemory {
  read(): Promise<ReadonlyMap<Digest, Digest>>;
  keep(found: ReadonlyMap<Digest, Digest>): Promise<void>;
}

const MOST = 2_000;
const digest = v.custom<Digest>((value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value));
const pairs = v.pipe(v.string(), v.parseJson(), v.array(v.tuple([digest, digest])));

/** Keeps it in a folder of this user's cache. */
export function openLayerMemory(cacheFolder: string): LayerMemory {
  const file = path.join(cacheFolder, "layers.json");
  const read = async () => {
    const parsed = v.safeParse(pairs, await readFile(file, "utf8").catch(() => "[]"));
    return new Map(parsed.success ? parsed.output : []);
  };
  return {
    read,
    async keep(found) {
      // The newest ones come first, and stay.
      const all = [...new Map([...found, ...(await read()), ...found])].slice(0, MOST);
      // A full or read-only disk: the next release reads them again.
      await writeWhole(file, JSON.stringify(all), { mode: 0o600, shared: true }).catch(() => undefined);
    },
  };
}
