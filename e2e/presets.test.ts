import { cp, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { latestOutcome, ROOT, seatrial } from "./support/program.ts";
import { project } from "./support/project.ts";

const named = projectNames("presets");

describe("real servers that a preset knows", () => {
  it("answer a first query when they are called ready, from their images and from snapshots", async () => {
    const PROJECT = named("servers");
    await using folder = await project({}, { from: `${ROOT}/fixtures/e2e/presets` });
    await cp(`${ROOT}/agent`, `${folder.folder}/agent`, { recursive: true });

    const first = await seatrial(["run"], { cwd: folder.folder, env: { PROJECT } });
    expect(first.code, first.stdout + first.stderr).toBe(0);
    const outcome = await latestOutcome(folder.folder);
    const snapshots = (services: typeof outcome.services) =>
      Object.fromEntries(services.map(({ name, snapshot }) => [name, snapshot]));
    expect(snapshots(outcome.services)).toEqual({
      postgres: "taken",
      mariadb: "taken",
      redis: "none",
      rabbitmq: "none",
    });
    expect(outcome.suites.find(({ name }) => name === "queries")?.counts.passed).toBe(4);
    const log = await readFile(`${folder.folder}/.seatrial/latest/logs/suite-probes.log`, "utf8");
    for (const kind of ["postgres", "mysql", "redis", "rabbitmq"]) {
      expect(log).toContain(`--- PASS: TestRealServersAreReady/${kind}`);
    }
    expect(await leftovers({ project: PROJECT })).toEqual([]);

    const second = await seatrial(["run"], { cwd: folder.folder, env: { PROJECT } });
    expect(second.code, second.stdout + second.stderr).toBe(0);
    const again = await latestOutcome(folder.folder);
    expect(snapshots(again.services)).toMatchObject({ postgres: "used", mariadb: "used" });
    expect(again.suites.find(({ name }) => name === "queries")?.counts.passed).toBe(4);
    expect(await leftovers({ project: PROJECT })).toEqual([]);
  });
});
