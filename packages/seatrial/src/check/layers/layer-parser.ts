import { packageFileAt } from "../packages/packages.ts";
import { layerEntry } from "./entry.ts";
import { createEntryLog } from "./entry-log.ts";
import { createFindings, nameOfKind } from "./findings.ts";
import type { InstalledPackage } from "./image-index.ts";
import type { LayerReading } from "./reading.ts";
import type { Hit, Scanner } from "./scanner.ts";
import { createTarParser } from "./tar-parser.ts";
import { createWindow } from "./window.ts";

const ACCOUNTS_BYTES = 1 << 20;
/** Files that come from published packages, and a key that Debian makes for whoever wants one that is not secret. */
const PUBLISHED =
  /\/(site-packages|dist-packages|node_modules|gems|vendor\/bundle)\/|^\/(usr\/)?lib\d*\/|^\/usr\/(share|local\/go)\/|\/ssl-cert-snakeoil\.key$/;

/** Where the bytes of an entry lie in the tar. */
interface Span {
  path: string;
  start: number;
  content: number;
  end: number;
}

/** A hit and its place in the tar. */
interface Placed {
  hit: Hit;
  at: number;
}

/** A file whose content is kept while it goes by. */
interface Capture {
  left: number;
  chunks: Buffer[];
  take(content: Buffer): void;
}

/** Reads the uncompressed tar of a layer as it comes. `end` gives what it holds; only a few of its bytes are ever kept. */
export function createLayerParser(scanner: Scanner): {
  write(chunk: Buffer): void;
  end(): Omit<LayerReading, "diffId" | "compressed">;
} {
  const log = createEntryLog();
  const packages: InstalledPackage[] = [];
  const findings = createFindings();
  const accounts: LayerReading["accounts"] = {};
  let size = 0;
  let capture: Capture | undefined;
  /** Those that the bytes between `base` and what was parsed last belong to. */
  let spans: Span[] = [];

  const tar = createTarParser({
    entry(read) {
      endCapture();
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
      if (entry.type === "file") capture = captureOf(entry.path);
    },
    data(chunk) {
      if (capture === undefined || capture.left === 0) return;
      const part = Buffer.from(chunk.subarray(0, capture.left));
      capture.chunks.push(part);
      capture.left -= part.length;
    },
  });

  function captureOf(path: string): Capture | undefined {
    if (path === "/etc/passwd" || path === "/etc/group") {
      const name = path === "/etc/passwd" ? "passwd" : "group";
      return {
        left: ACCOUNTS_BYTES,
        chunks: [],
        take(content) {
          accounts[name] = content.toString("utf8");
        },
      };
    }
    const file = packageFileAt(path);
    return (
      file && { left: file.bytes, chunks: [], take: (content) => packages.push(...file.parse(content, path)) }
    );
  }

  function endCapture(): void {
    capture?.take(Buffer.concat(capture.chunks));
    capture = undefined;
  }

  /** Gives hits to the entries that they lie in. The entry of a name is known only when its header is complete. */
  function assign(hits: readonly Placed[]): Placed[] {
    return hits.filter(({ hit, at }) => {
      const span = spans.find(({ start, end }) => at >= start && at < end);
      if (span !== undefined) note({ hit, path: span.path, inName: at < span.content });
      return span === undefined;
    });
  }

  function note({ hit, path, inName }: { hit: Hit; path: string; inName: boolean }): void {
    if (hit.kind === "go") {
      if (!inName && path !== "")
        packages.push({ ecosystem: "go", name: hit.name, version: hit.version, path });
      return;
    }
    const { finding, isInPackages } = hit;
    if (isInPackages && PUBLISHED.test(path)) return;
    findings.note({ what: finding, path, inName });
  }

  const window = createWindow();
  let waiting: Placed[] = [];

  /** Goes on to what comes `behind` bytes before the end of what is known. */
  function advance(behind: number): void {
    const { bytes, from, base } = window.known();
    const to = bytes.length - behind;
    if (to < from) return;
    const hits = scanner.scan(bytes, from, to).map((hit) => ({ hit, at: base + hit.at }));
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
      endCapture();
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
    // The build information of a program is in no header.
    if (placed.hit.kind === "go") continue;
    const name = nameOfKind(placed.hit.finding);
    if (!known.has(name)) known.set(name, placed);
  }
  return [...known.values()];
}
