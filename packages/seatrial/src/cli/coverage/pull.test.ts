import { readFile, stat } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { KEYS, startBucket } from "../../coverage/remote/testing/bucket.ts";
import { say, startServer } from "../../coverage/remote/testing/server.ts";
import { runningUnit, unitOf } from "../../coverage/remote/testing/unit.ts";
import { at } from "../testing/at.ts";

const MANIFEST = "r1/orders/pod-1/1/manifest.json";

describe("coverage pull", () => {
  it("puts units into .seatrial/coverage of the project, and tells them", async () => {
    await using bucket = await startBucket({ ...unitOf(), ...runningUnit({ boot: "2" }) });
    await using here = await at({ "seatrial.yaml": "name: shop\n", "cmd/app/main.go": "" }, KEYS);
    expect(
      await here.seatrial("-C", `${here.path}/cmd/app`, "coverage", "pull", bucket.address, "--run", "r1"),
    ).toBe(0);
    expect(here.stdout()).toBe(
      "r1/orders/pod-1/1  2 files, 17 B\n" +
        "r1/orders/pod-1/2  2 files, 17 B, still running when it was written\n" +
        "2 units in .seatrial/coverage\n",
    );
    expect(here.stderr()).toBe("");
    expect((await stat(`${here.path}/.seatrial/coverage/${MANIFEST}`)).isFile()).toBe(true);
    expect(await here.seatrial("coverage", "pull", bucket.address, "--run", "r1")).toBe(0);
    expect(here.stdout()).toContain("r1/orders/pod-1/1  2 files, 0 B, 2 here already\n");
  });

  it("puts them elsewhere with --into, and prints them as JSON", async () => {
    await using from = await at(unitOf());
    await using here = await at({});
    expect(await here.seatrial("coverage", "pull", from.path, "--into", "units", "--json")).toBe(0);
    expect(JSON.parse(here.stdout())).toMatchObject({
      from: from.path,
      into: `${here.path}/units`,
      units: [{ run: "r1", service: "orders", ended: true, files: 2, fetched: 2 }],
      incomplete: [],
      problems: [],
    });
    expect(await readFile(`${here.path}/units/${MANIFEST}`, "utf8")).toContain('"version":1');
  });

  it("says what would come with --dry-run, and brings nothing", async () => {
    await using from = await at({ ...unitOf(), "run/r1/orders/pod-1/2/go/covmeta.0f": "meta" });
    await using here = await at({});
    expect(await here.seatrial("coverage", "pull", from.path, "--dry-run")).toBe(0);
    expect(here.stdout()).toContain(
      "r1/orders/pod-1/2  has no manifest: left out; --incomplete fetches it\n1 unit to be put into .seatrial/coverage",
    );
    await expect(stat(`${here.path}/.seatrial`)).rejects.toThrow("ENOENT");
  });

  it("warns of a unit without a manifest, of which reports hear too, and fails where units are counted", async () => {
    await using from = await at({ ...unitOf(), "run/r1/billing/pod-1/2/go/covmeta.0f": "meta" });
    await using here = await at({});
    expect(await here.seatrial("coverage", "pull", from.path)).toBe(0);
    expect(here.stderr()).toMatch(/^! .*: 1 unit has no manifest: r1\/billing\/pod-1\/2\./);
    await here.seatrial("coverage", "report");
    expect(here.stdout()).toContain(
      "billing/pod-1/2 was left out: it had no manifest.json when it was pulled",
    );
    await using judged = await at({ "units/r1/billing/pod-1/2/left-out.txt": "" });
    expect(await judged.seatrial("coverage", "report", "units", "--minimum", "1")).toBe(1);
    expect(judged.stdout()).toContain("The source billing was expected and left no profile");
    expect(await here.seatrial("coverage", "pull", from.path, "--units", "1")).toBe(1);
    expect(here.stderr()).toContain("[COVERAGE_UNIT_INCOMPLETE]");
  });

  it("fails when fewer units have ended than must have, after it brought what there is", async () => {
    await using from = await at(unitOf());
    await using here = await at({});
    expect(await here.seatrial("coverage", "pull", from.path, "--units", "2", "--wait", "50ms")).toBe(1);
    expect(here.stderr()).toContain("[COVERAGE_UNITS_MISSING]");
    expect((await stat(`${here.path}/.seatrial/coverage/${MANIFEST}`)).isFile()).toBe(true);
  });

  it.each([
    [["--units", "0"], 2, "COUNT_INVALID"],
    [["--units", "many"], 2, "COUNT_INVALID"],
    [["--wait", "soon"], 2, "DURATION_INVALID"],
    [["--run", "no-such"], 1, "COVERAGE_UNITS_MISSING"],
  ])("with %j ends with %d", async (flags, code, name) => {
    await using from = await at(unitOf());
    await using here = await at({});
    expect(await here.seatrial("coverage", "pull", from.path, ...flags)).toBe(code);
    expect(here.stderr()).toContain(`[${name}]`);
  });

  it("ends with 2 for an address that is none, and with 3 for storage that is none", async () => {
    await using here = await at({}, KEYS);
    expect(await here.seatrial("coverage", "pull", "ftp://host")).toBe(2);
    expect(here.stderr()).toContain("[COVERAGE_STORAGE_UNKNOWN]");
    await using server = await startServer((_request, response) => say(response, 200, "<html>"));
    expect(await here.seatrial("coverage", "pull", `s3://b?endpoint=${server.origin}`)).toBe(3);
    expect(here.stderr()).toContain("[COVERAGE_STORAGE_INVALID]");
  });
});
