import type { LlvmFunction, Region } from "./read-function.ts";

/** All instantiations of one function: templates and generics have many, inline functions one in each unit that uses them. */
export interface FunctionGroup {
  file: string;
  start: Region;
  instances: FunctionInstance[];
}

export interface FunctionInstance {
  function: LlvmFunction;
  /** Which of its files it is written in: the first that no macro expands to. */
  home: number;
}

/** Functions that begin at the same place are one, as LLVM's figures count them. */
export function groupFunctions(functions: readonly LlvmFunction[]): FunctionGroup[] {
  const groups = new Map<string, FunctionGroup>();
  for (const one of functions) {
    const expanded = new Set(
      one.regions.filter((region) => region.kind === "expansion").map((region) => region.expandsTo),
    );
    const home = one.files.findIndex((_, at) => !expanded.has(at));
    const file = one.files[home];
    const start = one.regions.find((region) => region.file === home);
    if (file === undefined || start === undefined) continue;
    const key = `${start.startLine}:${start.startColumn} ${file}`;
    const group = groups.get(key) ?? { file, start, instances: [] };
    group.instances.push({ function: one, home });
    groups.set(key, group);
  }
  return [...groups.values()];
}
