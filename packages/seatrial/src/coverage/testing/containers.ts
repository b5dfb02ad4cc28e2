import { connect } from "../../agent/connect.ts";
import type { Agent } from "../../agent/index.ts";
import { type FakeAgentOptions, type FakeFiles, fakeAgent } from "../../agent/testing/index.ts";
import { COVERAGE_LANGUAGES } from "../../model/index.ts";
import type { ProgramEnd } from "../collect/program-end.ts";
import { takeUnit, type UnitOptions } from "../collect/take-unit.ts";
import { type ContainerCoverage, planContainer } from "../plan.ts";
import type { UnitManifest } from "../units/manifest.ts";

/** The agent of a container that has these files. */
export function agentWith(files: Record<string, string | Buffer>, options: FakeAgentOptions = {}): Agent {
  const map: FakeFiles = new Map(Object.entries(files).map(([name, content]) => [name, { content }]));
  return connect(fakeAgent({ ...options, files: map }).stream, { label: "the test's agent" });
}

/** A container of the suite `api` that may give every language. */
export function containerWith(changes: Partial<Parameters<typeof planContainer>[0]> = {}): ContainerCoverage {
  return planContainer({
    kind: "suite",
    name: "api",
    service: "api",
    source: "api",
    languages: [...COVERAGE_LANGUAGES],
    reports: [],
    ...changes,
  });
}

export function endWith(changes: Partial<ProgramEnd> = {}): ProgramEnd {
  return { argv: ["/app/server"], workingDir: "/app", env: {}, killed: false, startedAt: 0, ...changes };
}

/** Takes a unit of a container with these files below its folder for profiles into a folder of this machine. */
export async function takeFrom(options: {
  folder: string;
  files?: Record<string, string | Buffer>;
  agent?: Pick<Agent, "files">;
  changes?: Partial<UnitOptions>;
}): Promise<UnitManifest> {
  const below = Object.entries(options.files ?? {}).map(([name, content]) =>
    name.startsWith("/") ? [name, content] : [`/seatrial-coverage/${name}`, content],
  );
  const closed = "/seatrial-coverage/.hooks/node.cjs";
  return await takeUnit({
    agent: options.agent ?? agentWith({ [closed]: "", ...Object.fromEntries(below) }),
    coverage: containerWith(),
    unit: { run: "r1", service: "api", instance: "1", boot: "1", source: "api", commit: "abc" },
    folder: options.folder,
    end: endWith(),
    problems: [],
    exportProfiles: async () => [],
    redact: (text) => text.replaceAll("hunter2", "[redacted]"),
    signal: new AbortController().signal,
    ...options.changes,
  });
}
