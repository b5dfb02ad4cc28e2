import { access, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { loadProject } from "../config/index.ts";
import type { ReleaseReceipt, RunEvent } from "../model/index.ts";
import type { Source } from "../release/index.ts";
import { COMMIT, identityOf, makeReleaseWorld, outcomeOf } from "../release/testing/world.ts";
import { createJunitReport, createRunFolder } from "../report/index.ts";
import { createRedactor } from "../support/redact.ts";
import type { EndedRelease } from "./promote.ts";
import { releaseTested } from "./release-tested.ts";
import { openRunRelease, type RunRelease } from "./run-release.ts";
import type { Session } from "./session.ts";
import { type At, at } from "./testing/at.ts";

const FILES = {
  Dockerfile: "FROM debian AS release\n",
  "seatrial.yaml":
    "name: shop\nsuites: { unit: { command: check } }\nrelease: { repository: registry.invalid/shop, tags: [v1] }\n",
};
const outcome = outcomeOf(identityOf(makeReleaseWorld().image));

async function sessionOf(here: At, source: Source = {}): Promise<Session> {
  const { surroundings } = here;
  const project = await loadProject({
    environment: surroundings.environment,
    builtin: async () => undefined,
  });
  return { surroundings, project, source: Promise.resolve(source) } as unknown as Session;
}

/** Ends a run with this end of its release. */
async function endWith(here: At, carryOut: RunRelease["carryOut"]) {
  const events: RunEvent[] = [];
  const folder = await createRunFolder({ project: here.path, run: "r1" });
  const written = await releaseTested({
    outcome,
    unwritten: undefined,
    exitCode: 0,
    release: { carryOut } as RunRelease,
    folder,
    junit: createJunitReport(),
    emit: (event) => void events.push(event),
    redactor: createRedactor(),
    now: () => 0,
    signal: new AbortController().signal,
  });
  const file = await readFile(`${folder.path}/outcome.json`, "utf8");
  return { written, events, file: JSON.parse(file) as { status: string } };
}

describe("the release at the end of a run", () => {
  it("that is stopped before it has begun ends as data, so that the run can still tidy up", async () => {
    await using here = await at(FILES);
    const release = await openRunRelease(await sessionOf(here), {});
    const signal = AbortSignal.abort(new Error("Ctrl-C"));
    const ended = await release?.carryOut({
      outcome,
      folder: here.path,
      onNote: () => undefined,
      now: () => 0,
      signal,
    });
    expect(ended).toMatchObject({ exitCode: 130, problems: [{ subject: "release" }] });
  });

  it("fails where git knew the commit before the build and does not tell it after the tests: nobody knows what changed", async () => {
    await using here = await at(FILES);
    const session = await sessionOf(here, { commit: COMMIT, dirty: false });
    const release = await openRunRelease(session, { allowDirty: true });
    const signal = new AbortController().signal;
    const rest = { folder: here.path, onNote: () => undefined, now: () => 0, signal };
    const ended = await release?.carryOut({ outcome, ...rest });
    expect(ended).toMatchObject({ exitCode: 2, problems: [{ code: "SOURCE_UNREADABLE" }] });
  });

  it("removes a list of another image first, so that `release` completes what is cut off", async () => {
    const list = { version: 1, project: "shop", source: {}, release: "release", images: [] };
    await using here = await at({ ...FILES, ".seatrial/images.json": JSON.stringify(list) });
    const release = await openRunRelease(await sessionOf(here), {});
    const signal = AbortSignal.timeout(20_000);
    const ended = await release?.carryOut({
      outcome,
      folder: here.path,
      onNote: () => undefined,
      now: () => 0,
      signal,
    });
    await expect(access(`${here.path}/.seatrial/images.json`)).rejects.toThrow("ENOENT");
    // The push that comes first fails: no engine is here.
    expect(ended?.receipt).toMatchObject({ status: "failed", tags: [{ tag: "v1", state: "not-set" }] });
    expect(ended?.receipt).not.toHaveProperty("imageBytesUp", 0);
  });

  it("is refused at once where nothing would be judged of the coverage that the project asks for", async () => {
    const coverage = "coverage: { minimum: 80 }\n";
    await using here = await at({ ...FILES, "seatrial.yaml": `${FILES["seatrial.yaml"]}${coverage}` });
    const session = await sessionOf(here);
    await expect(openRunRelease(session, { coverage: false })).toThrowWithCode("COVERAGE_LEFT_OUT");
    expect(await openRunRelease(session, { coverage: false, release: false })).toBeUndefined();
  });

  it.each<[string, EndedRelease, string]>([
    ["stopped during the push", { problems: [problem()], warnings: [], exitCode: 130 }, "stopped"],
    ["refused", { problems: [problem()], warnings: [], exitCode: 1, receipt: receipt("failed") }, "failed"],
    ["carried out", { problems: [], warnings: [], exitCode: 0, receipt: receipt("released") }, "passed"],
  ])("when %s makes the run's outcome the same", async (_how, ended, status) => {
    await using here = await at(FILES);
    const { written, file, events } = await endWith(here, async () => ended);
    expect(written).toMatchObject({ exitCode: ended.exitCode, outcome: { status } });
    expect(file).toMatchObject({ status, tested: "passed" });
    expect(events.at(-1)).toMatchObject({ type: "node-finished", state: status });
  });
});

function problem() {
  return { code: "STOPPED", message: "Stopped by SIGINT." };
}

function receipt(status: ReleaseReceipt["status"]): ReleaseReceipt {
  return {
    version: 1,
    status,
    repository: "registry.invalid/shop",
    tags: [],
    attestations: [],
    evidence: [],
    imageBytesUp: 0,
    traffic: { requests: 0, bytesUp: 0, blobBytesUp: 0, bytesDown: 0, blobsMounted: 0 },
    startedAt: "2026-01-01T10:00:00.000Z",
    duration: 0,
  };
}
