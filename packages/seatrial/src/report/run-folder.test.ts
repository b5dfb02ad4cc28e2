import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRunFolder } from "./run-folder.ts";

let project = "";
beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), "seatrial-folder-"));
});
afterEach(() => rm(project, { recursive: true }));

describe("a run's folder", () => {
  it("is made with its logs, and git never sees it", async () => {
    const folder = await createRunFolder({ project, run: "r1" });
    expect(folder.path).toBe(path.join(project, ".seatrial/runs/r1"));
    expect(await readdir(folder.path)).toEqual(["logs"]);
    expect(await readFile(path.join(project, ".seatrial/.gitignore"), "utf8")).toBe("*\n");
  });

  it("takes files whole: beside one there is never a part of it", async () => {
    const folder = await createRunFolder({ project, run: "r1" });
    await folder.write("outcome.json", "{}");
    await folder.write("deep/er/file", "x");
    await folder.write("outcome.json", "{1}");
    expect((await readdir(folder.path)).sort()).toEqual(["deep", "logs", "outcome.json"]);
    expect(await readFile(path.join(folder.path, "outcome.json"), "utf8")).toBe("{1}");
  });

  it("keeps the file of before when writing it anew fails", async () => {
    const folder = await createRunFolder({ project, run: "r1" });
    await folder.write("outcome.json", "old");
    await mkdir(path.join(folder.path, "outcome.json.part"));
    await expect(folder.write("outcome.json", "new")).toThrowWithCode("RESULTS_NOT_WRITABLE");
    expect(await readFile(path.join(folder.path, "outcome.json"), "utf8")).toBe("old");
  });

  it("is what `latest` points to, by a relative link that a moved project keeps", async () => {
    for (const run of ["r1", "r2"]) await (await createRunFolder({ project, run })).makeLatest();
    expect(await readlink(path.join(project, ".seatrial/latest"))).toBe("runs/r2");
    const left = await readdir(path.join(project, ".seatrial"));
    expect(left.sort()).toEqual([".gitignore", "latest", "runs"]);
  });

  it("becomes the latest of many at once without an error", async () => {
    const folders = await Promise.all(
      Array.from({ length: 10 }, (_, at) => createRunFolder({ project, run: `r${at}` })),
    );
    await Promise.all(folders.map((folder) => folder.makeLatest()));
    expect(await readlink(path.join(project, ".seatrial/latest"))).toMatch(/^runs\/r\d$/);
  });

  it("is gone with all that is in it once it is removed, and removing it again does nothing", async () => {
    const folder = await createRunFolder({ project, run: "r1" });
    await folder.write("deep/er/file", "x");
    await folder.remove();
    await folder.remove();
    expect(await readdir(path.join(project, ".seatrial/runs"))).toEqual([]);
  });

  it("that cannot be made fails with the place and the next step", async () => {
    await writeFile(path.join(project, ".seatrial"), "a file");
    await expect(createRunFolder({ project, run: "r1" })).rejects.toMatchObject({
      code: "RESULTS_NOT_WRITABLE",
      exitCode: 2,
      message: expect.stringContaining(path.join(project, ".seatrial")),
      hint: expect.stringContaining("writable"),
    });
  });
});
