import { createHash } from "node:crypto";
import { mergeScriptCovs } from "@bcoe/v8-coverage";
import type { ScriptFunctions } from "./parse-v8-profile.ts";
import type { ResolvedMap } from "./source-map.ts";

export interface RanScript {
  path: string;
  /** What ran, or as many characters in its place. */
  text: string;
  map: ResolvedMap | undefined;
  /** See `scriptKey`. */
  key: string;
}

export interface ScriptOfRuns extends RanScript {
  functions: ScriptFunctions;
}

/** `failure`: ranges that make no sense together. */
export type MergedScript = ScriptOfRuns & { failure?: unknown };

export interface ScriptMerge {
  add(script: ScriptOfRuns): void;
  scripts(): MergedScript[];
}

/** So many are kept before they are made one, so that memory does not grow with the number of processes. */
const BATCH = 20;

/** Adds up what processes reached of one script. Offsets only mean the same in the same text: others of that path stay apart. */
export function createScriptMerge(): ScriptMerge {
  const groups = new Map<string, { script: MergedScript; waiting: ScriptFunctions[] }>();

  function settle(group: { script: MergedScript; waiting: ScriptFunctions[] }): MergedScript {
    try {
      group.script.functions = merged(group.waiting);
    } catch (error) {
      group.script.failure ??= error;
    }
    group.waiting = [group.script.functions];
    return group.script;
  }

  return {
    add(script) {
      const { key } = script;
      const group = groups.get(key) ?? { script: { ...script, functions: [] }, waiting: [] };
      groups.set(key, group);
      group.waiting.push(script.functions);
      if (group.waiting.length >= BATCH) settle(group);
    },
    scripts: () => [...groups.values()].map(settle),
  };
}

/** The same for scripts whose offsets mean the same. */
export function scriptKey({ path, text, map }: Omit<RanScript, "key">): string {
  const hash = createHash("sha256").update(text);
  if (map !== undefined) hash.update(map.mappings).update(map.sources.join("\n"));
  return `${path}\n${hash.digest("hex")}`;
}

function merged(all: readonly ScriptFunctions[]): ScriptFunctions {
  const scripts = all.map((functions) => ({ scriptId: "", url: "", functions }));
  return mergeScriptCovs(scripts)?.functions ?? [];
}
