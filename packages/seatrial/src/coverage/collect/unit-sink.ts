import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FileSink } from "../../agent/index.ts";
import type { CoverageLanguage, Digest } from "../../model/index.ts";
import { isToolError } from "../../support/error.ts";
import { makeFolder } from "../../support/make-folder.ts";
import type { RedactCommandLine } from "../redaction/redact-command-line.ts";
import type { UnitFile } from "../units/manifest.ts";
import { withoutArguments } from "./without-arguments.ts";

/** What profiles of a language are called, in the folder of the language. */
const PROFILES: Record<CoverageLanguage, RegExp> = {
  go: /^cov(meta|counters)\.[\w.-]+$/,
  python: /^[\w.@+-]+$/,
  node: /^coverage-[\w-]+\.json$/,
  llvm: /^[\w.@+-]+\.profraw$/,
  java: /^[\w.@+-]+\.exec$/,
};
/** What programs leave there while they write, or for themselves. */
const PASSING = /^(go\/(tmp\.|metafiles\.txt)|python\/.*-(journal|wal|shm)$)/;
/** More of one is no note, and counters of Go are smaller by far. */
const MOST_IN_MEMORY = 64 * 1024;
const MOST_COUNTERS = 64 * 1024 * 1024;

/** Takes the files of a unit to disk, with their digests, and leaves out what is no profile. */
export interface UnitSink extends FileSink {
  readonly files: UnitFile[];
  /** Names that are no profiles, as they are. */
  readonly strange: string[];
  /** Counters of Go that were left out because they are broken: what they hold of the command line cannot be hidden. */
  readonly broken: { name: string; why: string }[];
  /** What our own hooks wrote, by file. */
  readonly notes: string[];
  /** True for what is called as profiles are. */
  wants(name: string): boolean;
  /** Adds a file of the unit as it is. */
  add(name: string, content: Buffer): Promise<void>;
}

/** A unit's folder that takes a container's files. `redact` hides what must not be read in command lines. */
export function createUnitSink(options: { folder: string; redact: RedactCommandLine }): UnitSink {
  const files: UnitFile[] = [];
  const strange: string[] = [];
  const broken: UnitSink["broken"] = [];
  const notes: string[] = [];

  async function add(name: string, content: Buffer): Promise<void> {
    const place = await placeOf(name);
    await writeFile(place, content, { flag: "wx" });
    files.push({ path: name, bytes: content.length, digest: digestOf(content) });
  }

  async function addCounters(name: string, bytes: Buffer): Promise<void> {
    let clean: Buffer;
    try {
      clean = withoutArguments({ file: name, bytes, redact: options.redact });
    } catch (error) {
      if (!isToolError(error)) throw error;
      broken.push({ name, why: error.message });
      return;
    }
    await add(name, clean);
  }

  async function placeOf(name: string): Promise<string> {
    const place = path.join(options.folder, name);
    await makeFolder(path.dirname(place));
    return place;
  }

  async function stream(name: string, content: Readable, signal: AbortSignal): Promise<void> {
    const hash = createHash("sha256");
    let bytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        bytes += chunk.length;
        done(undefined, chunk);
      },
    });
    const place = await placeOf(name);
    // Never through something that is there already.
    await pipeline(content, measure, createWriteStream(place, { flags: "wx" }), { signal });
    files.push({ path: name, bytes, digest: `sha256:${hash.digest("hex")}` });
  }

  return {
    files,
    strange,
    broken,
    notes,
    add,
    wants: isProfile,
    folder: async () => undefined,
    link: async (name) => void strange.push(name),
    async file(name, content, { signal }) {
      const [part] = splitFirst(name);
      if (part === "notes") notes.push((await read(content, MOST_IN_MEMORY)).toString());
      else if (/^go\/covcounters\.[\w.-]+$/.test(name)) {
        const counters = await read(content, MOST_COUNTERS);
        if (counters.length === MOST_COUNTERS) strange.push(name);
        else await addCounters(name, counters);
      } else if (part === "reports" || isProfile(name)) await stream(name, content, signal);
      else {
        await read(content, 0);
        if (!PASSING.test(name)) strange.push(name);
      }
    },
  };
}

function isProfile(name: string): boolean {
  const [language, rest] = splitFirst(name);
  return PROFILES[language as CoverageLanguage]?.test(rest) === true && !PASSING.test(name);
}

function splitFirst(name: string): [string, string] {
  const at = name.indexOf("/");
  return at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at + 1)];
}

/** The beginning of a stream, which is read to its end. */
async function read(content: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    if (bytes < most) chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

function digestOf(content: Buffer): Digest {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
