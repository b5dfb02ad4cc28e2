import v8ToIstanbul from "v8-to-istanbul";
import type { IstanbulFile } from "./istanbul-items.ts";
import type { ScriptFunctions } from "./parse-v8-profile.ts";
import type { ResolvedMap } from "./source-map.ts";

/** Istanbul's data of one conversion, by path. */
export type IstanbulFiles = Record<string, IstanbulFile>;

/**
 * From offsets in what ran to lines of what was written. The library reads this machine's files for whatever it is not given: it is given
 * everything, since a path of an image means nothing here.
 */
export async function convertScript(options: {
  path: string;
  text: string;
  map: ResolvedMap | undefined;
  functions: ScriptFunctions;
}): Promise<IstanbulFiles> {
  const { path, text, map, functions } = options;
  // An empty text would be looked for on this machine; trailing white space does not count for it.
  const source = text === "" ? "\n" : text;
  const converter =
    map === undefined
      ? v8ToIstanbul(path, 0, { source: source.replaceAll("sourceMappingURL", "sourceMappingurl") })
      : v8ToIstanbul(path, 0, {
          source,
          originalSource: map.sourcesContent[0] ?? "",
          sourceMap: { sourcemap: map },
        });
  await converter.load();
  converter.applyCoverage(functions);
  return converter.toIstanbul();
}
