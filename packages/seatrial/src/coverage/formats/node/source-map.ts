import path from "node:path/posix";
import type { CachedMap } from "./parse-v8-profile.ts";
import { originalPath } from "./script-path.ts";
import type { ScriptTexts } from "./script-texts.ts";

/** A source map whose sources are absolute paths of the image, each with its text where that is known. */
export interface ResolvedMap {
  version: 3;
  names: string[];
  mappings: string;
  sources: string[];
  sourcesContent: (string | null)[];
}

const COMMENT = /^[ \t]*\/[/*][#@][ \t]+sourceMappingURL=([^\s'"*]+)/gm;
const DATA_URL = /^data:application\/json[^,]{0,100},/;

/** A script's map: what Node kept of it, the one inside the script, or the `.map` file beside it. Undefined for a script without one. */
export async function findSourceMap(options: {
  script: string;
  text: string | undefined;
  cached: CachedMap | undefined;
  texts: ScriptTexts;
}): Promise<ResolvedMap | undefined> {
  const { script, text, cached, texts } = options;
  const url = [...(text ?? "").matchAll(COMMENT)].at(-1)?.[1];
  const map = cached?.map ?? (url === undefined ? undefined : await loadMap(url, options));
  return map === undefined ? undefined : await resolveMap(map, { script, texts });
}

async function loadMap(
  url: string,
  { script, texts }: { script: string; texts: ScriptTexts },
): Promise<Record<string, unknown> | undefined> {
  const head = DATA_URL.exec(url)?.[0];
  let text: string | undefined;
  if (head !== undefined) {
    const data = url.slice(head.length);
    text = head.includes(";base64") ? Buffer.from(data, "base64").toString() : decodeURIComponent(data);
  } else {
    const file = url.startsWith("file://")
      ? originalPath({ source: url, sourceRoot: "", script })
      : decodeURI(url);
    text = await texts(path.resolve(path.dirname(script), file));
  }
  if (text === undefined) throw new Error(`its source map ${url} is not among the sources`);
  const map: unknown = JSON.parse(text);
  if (typeof map !== "object" || map === null) throw new Error("its source map is no object");
  return map as Record<string, unknown>;
}

async function resolveMap(
  map: Record<string, unknown>,
  { script, texts }: { script: string; texts: ScriptTexts },
): Promise<ResolvedMap | undefined> {
  if (map.sections !== undefined) throw new Error("its source map has sections, which are not supported");
  const { mappings, names } = map;
  if (!Array.isArray(map.sources) || typeof mappings !== "string")
    throw new Error("its source map has no mappings");
  if (map.sources.length === 0) return undefined;
  const sourceRoot = typeof map.sourceRoot === "string" ? map.sourceRoot : "";
  const sources = map.sources.map((source: unknown, at) =>
    originalPath({ source: typeof source === "string" ? source : `unnamed-${at}`, sourceRoot, script }),
  );
  const contents: unknown[] = Array.isArray(map.sourcesContent) ? map.sourcesContent : [];
  const sourcesContent = await Promise.all(
    sources.map(async (source, at) => {
      const content = contents[at];
      return typeof content === "string" ? content : ((await texts(source)) ?? null);
    }),
  );
  return {
    version: 3,
    names: Array.isArray(names) ? names.map(String) : [],
    mappings,
    sources,
    sourcesContent,
  };
}
