import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../../support/testing/folder.ts";
import { KEYS, startBucket } from "../testing/bucket.ts";
import { runningUnit, unitOf } from "../testing/unit.ts";
import { type PullOptions, pullUnits } from "./pull-units.ts";

const signal = new AbortController().signal;

/** Pulls quickly: what is tried again is tried again at once. */
async function pull(options: Partial<PullOptions> & { from: string; into: string }) {
  return await pullUnits({ environment: KEYS, cwd: "/", retryAfter: 1, signal, ...options });
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

const UNIT = "r1/orders/pod-1/1";
const WHOLE = [`${UNIT}/go/covcounters.0f.1.2`, `${UNIT}/go/covmeta.0f`, `${UNIT}/manifest.json`];

describe("units from a folder", () => {
  it("lie below the folder by run, service, instance and boot, as they were written", async () => {
    const stored = unitOf();
    await using from = await createFolder(stored);
    await using into = await createFolder({});
    const pulled = await pull({ from: from.path, into: into.path });
    expect(pulled.problems).toEqual([]);
    expect(pulled.units).toEqual([
      {
        run: "r1",
        service: "orders",
        instance: "pod-1",
        boot: "1",
        folder: `${into.path}/${UNIT}`,
        ended: true,
        files: 2,
        fetched: 2,
        here: 0,
        bytes: 17,
      },
    ]);
    expect(await filesBelow(into.path)).toEqual(WHOLE);
    const manifest = await readFile(`${into.path}/${UNIT}/manifest.json`, "utf8");
    expect(manifest).toBe(stored[`run/${UNIT}/manifest.json`]);
  });

  it("can be named by file://, and relative to where one is", async () => {
    await using from = await createFolder(unitOf());
    await using into = await createFolder({});
    const cwd = path.dirname(from.path);
    for (const address of [`file://${from.path}`, path.basename(from.path)])
      expect((await pull({ from: address, into: into.path, cwd })).units).toHaveLength(1);
  });

  it("are those of the run and the service that are asked for", async () => {
    await using from = await createFolder({
      ...unitOf(),
      ...unitOf({ service: "billing" }),
      ...unitOf({ run: "r2" }),
      ...unitOf({ run: "r11" }),
    });
    await using into = await createFolder({});
    const names = async (wanted: Partial<PullOptions>) =>
      (await pull({ from: from.path, into: into.path, ...wanted })).units.map(
        (unit) => `${unit.run}/${unit.service}`,
      );
    expect(await names({ run: "r1" })).toEqual(["r1/billing", "r1/orders"]);
    expect(await names({ run: "r1", service: "orders" })).toEqual(["r1/orders"]);
    expect(await names({ service: "orders" })).toEqual(["r1/orders", "r11/orders", "r2/orders"]);
  });

  it("are not followed through links", async () => {
    await using outside = await createFolder(unitOf({ run: "secret" }));
    await using from = await createFolder(unitOf());
    await symlink(`${outside.path}/run/secret`, `${from.path}/run/secret`);
    await using into = await createFolder({});
    expect((await pull({ from: from.path, into: into.path })).units.map(({ run }) => run)).toEqual(["r1"]);
  });

  it("that is not there fail with COVERAGE_STORAGE_REFUSED", async () => {
    await using into = await createFolder({});
    await expect(pull({ from: `${into.path}/nothing`, into: into.path })).toThrowWithCode(
      "COVERAGE_STORAGE_REFUSED",
    );
  });
});

describe("a unit that is here already", () => {
  it("is not fetched again, but for what is wrong or missing of it", async () => {
    await using bucket = await startBucket(unitOf());
    await using into = await createFolder({});
    await pull({ from: bucket.address, into: into.path });
    const first = bucket.asked.length;
    const again = await pull({ from: bucket.address, into: into.path });
    expect(again.units[0]).toMatchObject({ files: 2, fetched: 0, here: 2, bytes: 0 });
    // The list, and the manifest.
    expect(bucket.asked.length - first).toBe(2);
    await writeFile(`${into.path}/${UNIT}/go/covmeta.0f`, "META DATA");
    const mended = await pull({ from: bucket.address, into: into.path });
    expect(mended.units[0]).toMatchObject({ fetched: 1, bytes: 9 });
    expect(await readFile(`${into.path}/${UNIT}/go/covmeta.0f`, "utf8")).toBe("meta data");
  });

  it("has its manifest last, so that a pull that is stopped leaves none", async () => {
    const stop = new AbortController();
    await using bucket = await startBucket(unitOf(), {
      before: (_request, _response, key) => {
        if (!key.endsWith("covcounters.0f.1.2")) return false;
        stop.abort(new Error("stopped"));
        return true;
      },
    });
    await using into = await createFolder({});
    await expect(pull({ from: bucket.address, into: into.path, signal: stop.signal })).rejects.toThrow(
      "stopped",
    );
    expect(await filesBelow(into.path)).not.toContain(`${UNIT}/manifest.json`);
    expect((await filesBelow(into.path)).filter((file) => file.includes(".unfinished"))).toEqual([]);
  });
});

describe("what is wrong in storage", () => {
  const prefix = `run/${UNIT}`;

  it.each([
    ["shorter", "count", "has 5 bytes, its manifest says 8"],
    ["longer", "counters and more", "is larger than the 8 bytes"],
    ["another one", "COUNTERS", "has another digest"],
    ["not there", undefined, "is not there"],
  ])("leaves out a file that is %s, and brings the rest", async (_what, content, why) => {
    await using bucket = await startBucket(unitOf());
    const key = `${prefix}/go/covcounters.0f.1.2`;
    if (content === undefined) bucket.objects.delete(key);
    else bucket.objects.set(key, content);
    await using into = await createFolder({});
    const pulled = await pull({ from: bucket.address, into: into.path });
    expect(pulled.problems.map(({ code }) => code)).toEqual(["COVERAGE_FILE_DIFFERS"]);
    expect(pulled.problems[0]?.message).toContain(why);
    expect(await filesBelow(into.path)).toEqual([`${UNIT}/go/covmeta.0f`, `${UNIT}/manifest.json`]);
  });

  it("is read anew when the manifest was written again meanwhile", async () => {
    const later = unitOf(
      {},
      { profiles: { "go/covmeta.0f": "meta data", "go/covcounters.0f.1.2": "later counters" } },
    );
    await using bucket = await startBucket(runningUnit(), {
      before: (_request, response, key) => {
        if (!key.endsWith("manifest.json")) return false;
        response.end(bucket.objects.get(key));
        for (const [name, text] of Object.entries(later)) bucket.objects.set(name, text);
        return true;
      },
    });
    await using into = await createFolder({});
    const pulled = await pull({ from: bucket.address, into: into.path });
    expect(pulled.problems).toEqual([]);
    expect(pulled.units[0]).toMatchObject({ ended: true, files: 2 });
    expect(await readFile(`${into.path}/${UNIT}/go/covcounters.0f.1.2`, "utf8")).toBe("later counters");
  });

  it.each([
    ["..", `run/../../etc/orders/pod-1/1/manifest.json`],
    ["an absolute one", `run//etc/passwd`],
    ["a backslash", `${prefix}/go\\..\\..\\x`],
    [".. below a unit", `${prefix}/../../../../../x`],
    ["a line break", `${prefix}/go/a\nb`],
    ["an endless one", `${prefix}/go/${"x".repeat(300)}`],
  ])("is never written where a name says: %s", async (_what, key) => {
    await using bucket = await startBucket({ ...unitOf(), [key]: "evil" });
    await using into = await createFolder({});
    const pulled = await pull({ from: bucket.address, into: `${into.path}/a/b`, incomplete: true });
    expect(pulled.problems.map(({ code }) => code)).toEqual(["COVERAGE_KEY_REFUSED"]);
    expect(await filesBelow(into.path)).toEqual(WHOLE.map((file) => `a/b/${file}`));
  });

  it.each([
    "../../../../evil",
    "/etc/evil",
    "go/../../evil",
    "manifest.json",
    "manifest.json/x",
    "go\\x",
    "",
  ])("is never written where a manifest says: %j", async (name) => {
    const key = `${prefix}/manifest.json`;
    const text = unitOf({}, { profiles: { [name]: "evil" } })[key] ?? "";
    await using bucket = await startBucket({ [key]: text });
    await using into = await createFolder({});
    const pulled = await pull({ from: bucket.address, into: `${into.path}/a/b/c/d` });
    expect(pulled.problems.map(({ code }) => code)).toEqual(["COVERAGE_UNIT_INCOMPLETE"]);
    expect(await filesBelow(into.path)).toEqual([]);
  });

  it.each([
    ["no JSON", "{"],
    ["of another version", JSON.stringify({ version: 2 })],
    ["of another unit", unitOf({ boot: "2" })["run/r1/orders/pod-1/2/manifest.json"] ?? ""],
  ])("leaves out a unit whose manifest is %s", async (_what, text) => {
    await using bucket = await startBucket({
      ...unitOf(),
      ...unitOf({ service: "billing" }),
      [`${prefix}/manifest.json`]: text,
    });
    await using into = await createFolder({});
    const pulled = await pull({ from: bucket.address, into: into.path });
    expect(pulled.problems.map(({ code }) => code)).toEqual(["COVERAGE_UNIT_INCOMPLETE"]);
    expect(pulled.units.map(({ service }) => service)).toEqual(["billing"]);
  });

  it("does not stop units that have no manifest from being told, and fetched when they are wanted", async () => {
    await using bucket = await startBucket({ ...unitOf(), ...unitOf({ boot: "2" }) });
    bucket.objects.delete("run/r1/orders/pod-1/2/manifest.json");
    await using into = await createFolder({});
    const pulled = await pull({ from: bucket.address, into: into.path });
    expect([pulled.incomplete, pulled.problems]).toEqual([["run/r1/orders/pod-1/2/"], []]);
    expect(pulled.warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "COVERAGE_UNIT_INCOMPLETE s3://coverage: 1 unit has no manifest: r1/orders/pod-1/2. What it reached is missing: its program was killed before the wrapper could send one, or has just begun.",
    ]);
    expect(await filesBelow(into.path)).toEqual([...WHOLE, "r1/orders/pod-1/2/left-out.txt"].sort());
    const whole = await pull({ from: bucket.address, into: into.path, incomplete: true });
    expect(whole.units[1]).toMatchObject({ boot: "2", ended: false, files: 2, fetched: 2 });
    expect(await filesBelow(into.path)).toHaveLength(6);
  });

  it("does not write what the wrapper has not finished writing", async () => {
    await using from = await createFolder({ ...unitOf(), [`${prefix}/go/.unfinished-17`]: "half" });
    await using into = await createFolder({});
    await pull({ from: from.path, into: into.path, incomplete: true });
    expect(await filesBelow(into.path)).toEqual(WHOLE);
  });
});

describe("where units cannot be written", () => {
  it("it fails with COVERAGE_NOT_WRITTEN", async () => {
    await using from = await createFolder(unitOf());
    await using into = await createFolder({});
    await mkdir(`${into.path}/${UNIT}/go`, { recursive: true });
    await mkdir(`${into.path}/${UNIT}/go/covmeta.0f`);
    await expect(pull({ from: from.path, into: into.path })).toThrowWithCode("COVERAGE_NOT_WRITTEN");
    await writeFile(`${into.path}/file`, "");
    await expect(pull({ from: from.path, into: `${into.path}/file` })).toThrowWithCode(
      "COVERAGE_NOT_WRITTEN",
    );
  });
});

describe("a dry run", () => {
  it("tells what there is and writes nothing", async () => {
    await using bucket = await startBucket(unitOf());
    await using into = await createFolder({});
    const pulled = await pull({ from: bucket.address, into: into.path, dryRun: true, incomplete: true });
    expect(pulled.units[0]).toMatchObject({ files: 2, fetched: 0, bytes: 17 });
    expect(await filesBelow(into.path)).toEqual([]);
  });
});

describe("units that must have ended", () => {
  it("are waited for, until there are enough", async () => {
    await using bucket = await startBucket({ ...unitOf(), ...runningUnit({ boot: "2" }) });
    await using into = await createFolder({});
    const notes: string[] = [];
    const onNote = (note: string) => {
      notes.push(note);
      for (const [key, text] of Object.entries(unitOf({ boot: "2" }))) bucket.objects.set(key, text);
    };
    const pulled = await pull({ from: bucket.address, into: into.path, units: 2, wait: 20_000, onNote });
    expect(notes).toEqual(["1 of 2 units have ended; waiting"]);
    expect(pulled.units.map(({ ended }) => ended)).toEqual([true, true]);
    expect(pulled.problems).toEqual([]);
  });

  it("and do not are a problem when the time is over; what is there is brought", async () => {
    await using bucket = await startBucket({ ...unitOf(), ...runningUnit({ boot: "2" }) });
    await using into = await createFolder({});
    for (const wait of [undefined, 50]) {
      const pulled = await pull({ from: bucket.address, into: into.path, units: 2, wait });
      expect(pulled.units).toHaveLength(2);
      expect(pulled.problems.map(({ code }) => code)).toEqual(["COVERAGE_UNITS_MISSING"]);
      expect(pulled.problems[0]?.message).toContain(
        "1 that ended, 1 of running programs, 0 without a manifest",
      );
    }
  });

  it("are counted by somebody who wants each of them: one without a manifest is a problem then", async () => {
    await using bucket = await startBucket({ ...unitOf(), ...unitOf({ boot: "2" }) });
    bucket.objects.delete("run/r1/orders/pod-1/2/manifest.json");
    await using into = await createFolder({});
    const counted = { from: bucket.address, into: into.path, units: 1 };
    const pulled = await pull(counted);
    expect(pulled.problems.map(({ code }) => code)).toEqual(["COVERAGE_UNIT_INCOMPLETE"]);
    expect(pulled.warnings).toEqual([]);
    const taken = await pull({ ...counted, incomplete: true });
    expect([taken.problems, taken.warnings.length]).toEqual([[], 1]);
  });

  it("are at least some: a place without any is a problem", async () => {
    await using bucket = await startBucket({ "other/file": "x" });
    await using into = await createFolder({});
    const pulled = await pull({ from: bucket.address, into: into.path, run: "r9" });
    expect(pulled.problems[0]).toMatchObject({
      code: "COVERAGE_UNITS_MISSING",
      message: "s3://coverage has no units of run r9.",
    });
  });
});
