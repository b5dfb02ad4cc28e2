import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { at, PROJECT } from "./testing/at.ts";

const FILES = {
  Dockerfile: "FROM debian AS release\nFROM release AS test\n",
  "seatrial.yaml":
    'name: shop\nimage: { release: release, test: test }\nredact: [PGPASSWORD]\nsuites:\n  unit: { command: check, env: { PGPASSWORD: "${PGPASSWORD:-}" } }\n',
};

describe("--dry-run", () => {
  it("prints the plan and does nothing, also where no engine answers", async () => {
    await using here = await at(FILES);
    expect(await here.seatrial("run", "--dry-run")).toBe(0);
    expect(here.stdout()).toContain(`project shop in ${here.path}`);
    expect(here.stdout()).toContain("build    release  (ships)\nbuild    test\n");
    expect(here.stdout()).toMatch(/^suite +unit +command in target test/m);
    expect(await readdir(here.path)).not.toContain(".seatrial");
  });

  it("of a build has no suites", async () => {
    await using here = await at(FILES);
    expect(await here.seatrial("build", "--dry-run")).toBe(0);
    expect(here.stdout()).not.toMatch(/^suite/m);
  });

  it("of a build reads no Compose file where all that its services say is which image is pulled", async () => {
    const { "compose.yaml": _, ...files } = PROJECT;
    const compose = (db: string) => `services: { db: ${db}, web: { build: web } }\n`;
    // There is no docker, and none is missed.
    await using pulled = await at({ ...files, "compose.yaml": compose("{ image: postgres }") });
    expect(await pulled.seatrial("build", "--dry-run"), pulled.stderr()).toBe(0);
    expect(pulled.stdout()).toContain("build    release  (ships)\nbuild    test\n");
    expect(await pulled.seatrial("test", "--dry-run")).not.toBe(0);
    await using built = await at({ ...files, "compose.yaml": compose("{ build: db }") });
    expect(await built.seatrial("build", "--dry-run")).not.toBe(0);
  });

  it("is JSON where that is wanted, with secrets hidden", async () => {
    await using here = await at(FILES, { PGPASSWORD: "very-secret-word" });
    expect(await here.seatrial("test", "unit", "--dry-run", "--json")).toBe(0);
    const plan = JSON.parse(here.stdout());
    expect(plan.suites).toMatchObject([{ name: "unit", env: { PGPASSWORD: "[redacted]" } }]);
  });

  it("says in CI that nothing would be released for want of a repository", async () => {
    const release = 'release: { repository: "${REGISTRY:-}", tags: [one] }\n';
    const files = { ...FILES, "seatrial.yaml": FILES["seatrial.yaml"] + release };
    await using laptop = await at(files);
    expect(await laptop.seatrial("run", "--dry-run")).toBe(0);
    expect(laptop.stdout() + laptop.stderr()).not.toContain("nothing is released");
    await using ci = await at(files, { CI: "true" });
    expect(await ci.seatrial("run", "--dry-run")).toBe(0);
    expect(ci.stdout() + ci.stderr()).toContain("nothing is released: release.repository is empty");
  });

  it("refuses what a run would refuse", async () => {
    await using here = await at(FILES);
    expect(await here.seatrial("test", "unti", "--dry-run")).toBe(2);
    expect(here.stderr()).toContain("[SUITE_UNKNOWN]");
    expect(here.stderr()).toContain("Did you mean unit?");
  });
});

describe("a run that has nothing to run on", () => {
  it("fails with code 3 and leaves no folder when no engine answers", async () => {
    await using here = await at(FILES);
    expect(await here.seatrial("run")).toBe(3);
    expect(await readdir(here.path)).not.toContain(".seatrial");
  });

  it("fails with code 2 and what to do where there is no project", async () => {
    await using here = await at({});
    expect(await here.seatrial("run")).toBe(2);
    expect(here.stderr()).toMatch(/\n {2}hint: /);
  });
});
