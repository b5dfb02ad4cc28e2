import type { RunnerKind } from "../../model/index.ts";
import { withGrant } from "./granted.ts";
import type { Runner } from "./runner.ts";

/** The runner of a kind, loaded when it is needed: most projects use one or two. */
export async function runnerFor(kind: RunnerKind): Promise<Runner> {
  switch (kind) {
    case "go":
      return (await import("./go.ts")).runGoSuite;
    case "pytest":
      return asOneProcess((await import("./pytest.ts")).runPytestSuite);
    case "junit":
      return asOneProcess((await import("./junit.ts")).runJunitSuite);
    case "tap":
      return asOneProcess((await import("./tap.ts")).runTapSuite);
    case "command":
      return asOneProcess((await import("./command.ts")).runCommandSuite);
  }
}

function asOneProcess(run: Runner): Runner {
  return (context) =>
    withGrant({
      context,
      process: "",
      run,
      failed: ({ problems }) => problems.length > 0 || context.recorder.counts().failed > 0,
    });
}
