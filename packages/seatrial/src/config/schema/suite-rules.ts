import type { RunnerKind } from "../../model/index.ts";
import { defaultRunner } from "../runner.ts";
import type { Report } from "./section.ts";
import type { EnvironmentInput } from "./values.ts";

/** What the rules look at. */
export interface SuiteShape {
  runner?: RunnerKind | undefined;
  binaries?: string | undefined;
  testdata?: Record<string, string> | undefined;
  command?: string[] | undefined;
  service?: string | undefined;
  target?: string | undefined;
  parallel?: number | undefined;
  reports?: string | undefined;
  artifacts?: string[] | undefined;
  workdir?: string | undefined;
  env?: EnvironmentInput | undefined;
  spaces?: Record<string, unknown> | undefined;
}

/** What must hold between the keys of a suite. */
export function checkSuite(suite: SuiteShape, report: Report): void {
  const runner = suite.runner ?? defaultRunner(suite);
  if (runner === "go") {
    if (suite.binaries === undefined) {
      report(
        "runner",
        "the go runner needs binaries, the folder of the image with the compiled tests, such as /out/tests",
      );
    }
    if (suite.command !== undefined)
      report("command", "the go runner runs the test binaries itself; remove command");
  } else {
    for (const key of ["binaries", "testdata", "parallel"] as const) {
      if (suite[key] !== undefined)
        report(key, `${key} is for the go runner; this suite's runner is ${runner}`);
    }
    if (suite.command === undefined && suite.service === undefined && runner !== "pytest") {
      report(
        "runner",
        "a suite needs command, service (a Compose service that is the suite) or binaries (for go)",
      );
    }
  }
  if (suite.service !== undefined && suite.target !== undefined) {
    report("target", "the service has its own image; remove target, or service");
  }
  const paths = { binaries: suite.binaries, workdir: suite.workdir };
  for (const [key, path] of Object.entries(paths)) {
    if (path !== undefined && !path.startsWith("/"))
      report(key, `${key} is a path in the image and starts with /`);
  }
  for (const path of suite.artifacts ?? []) {
    if (!path.startsWith("/"))
      report("artifacts", `artifacts are absolute paths of the image; "${path}" is not`);
  }
  checkSpaces(suite, report);
}

/** A variable has one value, and those by which the broker is found are not the suite's. */
function checkSpaces({ env = {}, spaces = {} }: SuiteShape, report: Report): void {
  const others = Array.isArray(env) ? env.map((entry) => entry.split("=", 1)[0]) : Object.keys(env);
  for (const variable of Object.keys(spaces)) {
    if (variable.startsWith("SEATRIAL_"))
      report("spaces", `${variable} cannot be set: names with SEATRIAL_ are those of seatrial itself`);
    else if (others.includes(variable))
      report("spaces", `${variable} would have two values; remove it from spaces, or from env`);
  }
}
