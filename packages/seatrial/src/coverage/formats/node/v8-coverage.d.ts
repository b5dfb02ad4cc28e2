/** The package has no types of its own. */
declare module "@bcoe/v8-coverage" {
  import type { Profiler } from "node:inspector";

  type ScriptCoverage = Pick<Profiler.ScriptCoverage, "scriptId" | "url" | "functions">;

  /** Takes what it is given apart: the list is not to be used again. */
  export function mergeScriptCovs(scripts: ScriptCoverage[]): ScriptCoverage | undefined;
}
