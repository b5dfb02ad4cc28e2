import { parseGo } from "../packages/go.ts";
import { packageFileAt } from "../packages/packages.ts";
import { isCutHead, LARGEST_ACCOUNTS, listsAccounts } from "./accounts.ts";
import { type Capture, createCaptures } from "./captures.ts";
import { layerEntry } from "./entry.ts";
import { createEntryLog } from "./entry-log.ts";
import { createFindings, nameOfKind } from "./findings.ts";
import { createGzipFiles } from "./gzip-file.ts";
import type { InstalledPackage, LayerEntry } from "./image-index.ts";
import type { LayerReading } from "./reading.ts";
import type { Hit, Scanner } from "./scanner.ts";
import { createTarParser } from "./tar-parser.ts";
import { createWindow } from "./window.ts";

/** Programs may have others inside. */
const MOST_PROGRAMS = 64;
/** Bytes of files that look like `/etc/passwd`, and might be behind a link of this name. */
const MOST_LIKE_ACCOUNTS = 4 << 20;
/** Files that come from published packages, and a key that Debian makes for whoever wants one that is not secret. */
const PUBLISHED =
  /\/(site-packages|dist-packages|node_modules|gems|vendor\/bundle)\/|^\/(usr\/)?lib\d*\/|^\/usr\/(share|local\/go)\/|\/ssl-cert-snakeoil\.key$/;

const isAccounts = (path: string) => path === "/etc/passwd" || path === "/etc/group";

/** Where the bytes of an entry lie in the tar. */
interface Span {
  path: string;
  start: number;
  content: number;
  end: number;
}

/** A finding and its place in the tar. */
interface Placed {
  hit: Extract<Hit, { kind: "finding" }>;
  at: number;
}

/** The build information of a program, and its place in the tar. */
interface Program {
  at: number;
  bytes: number;
}

/** Reads the uncompressed tar of a layer as it comes. `end` gives what it holds; only a few of its bytes are ever kept. */
export function createLayerParser(scanner: Scanner): {
  write(chunk: Buffer): void;
  end(): Omit<LayerReading, "diffId" | "compressed">;
} {
  const log = createEntryLog();
  const packages: InstalledPackage[] = [];
  const findings = createFindings();
  const accounts: LayerReading["accounts"] = [];
  let likeAccounts = 0;
  let size = 0;
  const captures = createCaptures();
  const gzipFiles = createGzipFiles();
  /** The file that goes by, and where its next byte lies. */
  let file:
    | { path: string; at: number; size: number; isNew: boolean; programs: number; inProgram: boolean }
    | undefined;
  /** Those in the bytes that are being parsed. */
  let programs: Program[] = [];
  /** Those that the bytes between `base` and what was parsed last belong to. */
  let spans: Span[] = [];

  const tar = createTarParser({
    entry(read) {
      captures.end();
      file = undefined;
      const entry = layerEntry(read);
      spans.push({
        path: entry?.path ?? read.name,
        start: read.start,
        content: read.content,
        end: read.content + Math.ceil(read.stored / 512) * 512,
      });
      if (entry === undefined) return;
      log.add(entry);
      size += entry.size;
      if (entry.type !== "file") return;
      file = {
        path: entry.path,
        at: read.content,
        size: entry.size,
        isNew: true,
        programs: 0,
        inProgram: false,
      };
      const capture = captureOf(entry);
      if (capture !== undefined) captures.begin(capture);
    },
    data(chunk) {
      if (file?.isNew === true && isLikeAccounts(file, chunk)) captures.begin(accountsOf(file.path));
      captures.add(chunk);
      if (file === undefined) return;
      file.isNew = false;
      const { at } = file;
      file.at += chunk.length;
      for (const program of programs) {
        if (program.at < at || program.at >= file.at) continue;
        // One at a time, so that a file full of them costs no more than one.
        if (file.inProgram || file.programs >= MOST_PROGRAMS) continue;
        captures.begin(programOf(file, program), chunk.subarray(program.at - at));
      }
    },
  });

  function programOf(within: NonNullable<typeof file>, { bytes }: Program): Capture {
    within.programs += 1;
    within.inProgram = true;
    return {
      bytes,
      take(content) {
        within.inProgram = false;
        packages.push(...parseGo(content, within.path));
      },
    };
  }

  function captureOf(entry: LayerEntry): Capture | undefined {
    const { path } = entry;
    if (isAccounts(path)) return entry.size > LARGEST_ACCOUNTS ? undefined : accountsOf(path);
    const known = packageFileAt(path);
    if (known !== undefined)
      return { bytes: known.bytes, take: (content) => packages.push(...known.parse(content, path)) };
    // Manuals and the like: thousands of small files that published packages bring.
    if (!path.endsWith("gz") || PUBLISHED.test(path)) return undefined;
    return gzipFiles.captureOf(entry, (content) => scanPacked(path, content));
  }

  function isLikeAccounts({ size }: { size: number }, head: Buffer): boolean {
    const isTooMuch = size > LARGEST_ACCOUNTS || likeAccounts + size > MOST_LIKE_ACCOUNTS;
    if (isTooMuch || captures.isBusy()) return false;
    return isCutHead(head, size) || listsAccounts(head);
  }

  function accountsOf(path: string): Capture {
    return {
      bytes: LARGEST_ACCOUNTS,
      take(content) {
        if (!isAccounts(path)) {
          if (!listsAccounts(content)) return;
          likeAccounts += content.length;
        }
        accounts.push({ path, text: content.toString("utf8") });
      },
    };
  }

  function scanPacked(path: string, content: Buffer): void {
    for (const hit of scanner.scan(content, 0, content.length))
      if (hit.kind === "finding") findings.note({ what: hit.finding, path, inName: false, isPacked: true });
  }

  /** Gives hits to the entries that they lie in. The entry of a name is known only when its header is complete. */
  function assign(hits: readonly Placed[]): Placed[] {
    return hits.filter(({ hit, at }) => {
      const span = spans.find(({ start, end }) => at >= start && at < end);
      if (span !== undefined) note({ hit, path: span.path, inName: at < span.content });
      return span === undefined;
    });
  }

  function note({ hit, path, inName }: { hit: Placed["hit"]; path: string; inName: boolean }): void {
    if (hit.isInPackages && PUBLISHED.test(path)) return;
    findings.note({ what: hit.finding, path, inName });
  }

  const window = createWindow();
  let waiting: Placed[] = [];

  /** Goes on to what comes `behind` bytes before the end of what is known. */
  function advance(behind: number): void {
    const { bytes, from, base } = window.known();
    const to = bytes.length - behind;
    if (to < from) return;
    const hits: Placed[] = [];
    programs = [];
    for (const hit of scanner.scan(bytes, from, to)) {
      const at = base + hit.at;
      if (hit.kind === "go") programs.push({ at, bytes: hit.bytes });
      else hits.push({ hit, at });
    }
    tar.write(bytes.subarray(from, to));
    waiting = oneOfEach(assign([...waiting, ...hits]));
    // The last one may go on.
    spans = spans.slice(-1);
    window.dropUntil(to);
  }

  return {
    write(chunk) {
      window.add(chunk);
      advance(scanner.lookahead);
    },
    end() {
      advance(0);
      tar.end();
      captures.end();
      // Behind the end of the archive, where no entry is.
      for (const { hit } of waiting) note({ hit, path: "", inName: false });
      const { bytes, count } = log.close();
      return { size, entries: bytes, count, packages, ...findings.close(), accounts };
    },
  };
}

/** Those without an entry yet lie in one header, or behind the end: a second one of a kind says nothing new. */
function oneOfEach(hits: readonly Placed[]): Placed[] {
  const known = new Map<string, Placed>();
  for (const placed of hits) {
    const name = nameOfKind(placed.hit.finding);
    if (!known.has(name)) known.set(name, placed);
  }
  return [...known.values()];
}
