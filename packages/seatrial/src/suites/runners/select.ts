import type { RunnerKind } from "../../model/index.ts";
import type { Runner } from "./runner.ts";

/** The runner of a kind, loaded when it is needed: most projects use one or two. */
export async function runnerFor(kind: RunnerKind): Promise<Runner> {
  switch (kind) {
    case "go":
      return (await import("./go.ts")).runGoSuite;
    case "pytest":
      return (await import("./pytest.ts")).runPytestSuite;
    case "junit":
      return (await import("./junit.ts")).runJunitSuite;
    case "tap":
      return (await import("./tap.ts")).runTapSuite;
    case "command":
      return (await import("./command.ts")).runCommandSuite;
  }
}
