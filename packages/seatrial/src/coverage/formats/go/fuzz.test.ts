import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isToolError } from "../../../support/error.ts";
import { createFolder } from "../../../support/testing/folder.ts";
import { readCounters, readCountersHash } from "./counters.ts";
import { createReading } from "./entries.ts";
import { parseMeta } from "./meta.ts";
import { readGoProfiles } from "./read-go-profiles.ts";
import { readArguments } from "./run-arguments.ts";
import { accidents, cuts, flips, hugeNumbers } from "./testing/broken-bytes.ts";
import { ATOMIC, countersBytes, metaBytes, writeProfiles } from "./testing/profiles.ts";
import { add, main, named, smallProgram } from "./testing/programs.ts";

const ACCIDENTS = 2_000;

const { hash, bytes: meta } = metaBytes(smallProgram(ATOMIC));
const program = parseMeta("covmeta", meta);
const args = { argc: "2", argv0: "./app", argv1: "--serve", GOOS: "linux", GOARCH: "amd64" };
const segments = [[add(1, 300, 0), main(70_000)], [named(4_000_000_000, 1)]];
const counters = {
  "of LEB128": countersBytes(hash, { args, segments }),
  "of four bytes": countersBytes(hash, { args, segments, flavor: 1 }),
};

function* allOf(bytes: Buffer): Generator<Buffer> {
  yield* cuts(bytes);
  yield* flips(bytes);
  yield* hugeNumbers(bytes);
  yield* accidents(bytes, { seed: 5, count: ACCIDENTS });
}

/**
 * Reads each; all that may come of it is an answer or the error of a broken profile. Returns how often which. That it takes little memory
 * is shown in ../../fuzz.test.ts.
 */
function readAll(broken: Iterable<Buffer>, read: (bytes: Buffer) => void) {
  const counts = { read: 0, refused: 0 };
  for (const bytes of broken) {
    try {
      read(bytes);
      counts.read += 1;
    } catch (error) {
      if (!isToolError(error, "COVERAGE_PROFILE_INVALID")) throw error;
      counts.refused += 1;
    }
  }
  return counts;
}

describe("meta data", () => {
  it("that was cut off anywhere is refused", () => {
    expect(readAll(cuts(meta), (bytes) => parseMeta("covmeta", bytes)).read).toBe(0);
  });

  it("that is broken in any way is read or refused, and never more than there is", () => {
    const counts = readAll(allOf(meta), (bytes) => {
      const { packages, units } = parseMeta("covmeta", bytes);
      const functions = packages.flatMap((each) => each.functions);
      expect(units.length + functions.length + packages.length).toBeLessThan(bytes.length);
      expect(functions.every((each) => (each.firstUnit + each.unitCount) * 5 <= units.length)).toBe(true);
    });
    expect(counts.read).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(ACCIDENTS / 2);
  });
});

describe.each(Object.entries(counters))("counters %s", (_, whole) => {
  const reading = createReading();
  const read = (bytes: Buffer) => {
    readCountersHash("covcounters", bytes);
    readCounters({ file: "covcounters", bytes, program }, reading);
  };

  it("that were cut off anywhere are refused, but for a cut between two segments", () => {
    expect(readAll(cuts(whole), read).read).toBe(1);
  });

  it("that are broken in any way are read or refused, and never more than there is", () => {
    const counts = readAll(allOf(whole), (bytes) => {
      read(bytes);
      readArguments("covcounters", bytes);
      const places = reading.places.subarray(0, reading.functions * 2);
      for (let index = 0; index < places.length; index += 2)
        expect((places[index] ?? 0) + (places[index + 1] ?? 0)).toBeLessThanOrEqual(program.units.length / 5);
      expect(reading.values.length).toBeLessThan(whole.length * 2 + 100);
    });
    expect(counts.read).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(ACCIDENTS / 3);
  });
});

describe("folders", () => {
  it("of broken files give problems, and whatever was sound", async () => {
    const whole = counters["of LEB128"];
    for (const [index, broken] of [...accidents(whole, { seed: 9, count: 40 })].entries()) {
      await using folder = await createFolder({});
      await writeProfiles(folder.path, smallProgram(ATOMIC), [{ segments: [[main(1)]] }]);
      await writeFile(path.join(folder.path, `covcounters.${hash}.77.${index}`), broken);
      const { files, profile } = await readGoProfiles({
        folders: [folder.path],
        signal: new AbortController().signal,
      });
      expect(files).toBeGreaterThan(0);
      expect(profile.files[0]?.statements[0]?.hits).toBeGreaterThan(0);
    }
  });

  it("of broken meta data give problems or a profile, in little time", async () => {
    for (const broken of accidents(meta, { seed: 11, count: 400 })) {
      await using folder = await createFolder({});
      await writeFile(path.join(folder.path, `covmeta.${hash}`), broken);
      await writeFile(path.join(folder.path, `covcounters.${hash}.1.1`), counters["of LEB128"]);
      await readGoProfiles({ folders: [folder.path], signal: new AbortController().signal });
    }
  });
});
