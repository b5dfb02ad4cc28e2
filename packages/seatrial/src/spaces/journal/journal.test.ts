import { readFileSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { createManualClock, settle } from "../testing/clock.ts";
import { spacePlan } from "../testing/plan.ts";
import { type JournalEntry, parseJournal } from "./entry.ts";
import { openSpaceJournal, unwrittenJournal } from "./journal.ts";

const clock = createManualClock();
const options = { run: "r1", plans: [spacePlan()], clock };

function entry(name: string, state: JournalEntry["state"], change: Partial<JournalEntry> = {}): JournalEntry {
  return { name, id: `id of ${name}`, space: "db", state, at: 1, createdAt: 1, ...change };
}

describe("a journal of spaces", () => {
  it("says whose it is, of what servers it speaks, and where each space was last", async () => {
    await using folder = await createFolder({});
    const journal = await openSpaceJournal({ folder: folder.path, ...options });
    expect(journal.generation).toMatch(/^[0-9a-f]{8}$/);
    journal.note(entry("a", "creating"));
    journal.note(entry("b", "creating"));
    journal.note(entry("a", "ready"));
    journal.intend(entry("b", "gone"));
    const text = await readFile(path.join(folder.path, `${journal.generation}.ndjson`), "utf8");
    const read = parseJournal(text);
    expect(read?.header).toEqual({
      journal: 1,
      run: "r1",
      generation: journal.generation,
      startedAt: "2026-01-01T00:00:00.000Z",
      definitions: [{ space: "db", service: "db", kind: "postgres", isolation: "database" }],
    });
    expect([...(read?.entries ?? [])]).toEqual([["a", entry("a", "ready")]]);
  });

  it("has an intent in the file at once, after all that came before, and anything else soon", async () => {
    await using folder = await createFolder({});
    const journal = await openSpaceJournal({ folder: folder.path, ...options });
    const read = () => readFileSync(path.join(folder.path, `${journal.generation}.ndjson`), "utf8");
    const names = () => [...(parseJournal(read())?.entries.keys() ?? [])];
    journal.note(entry("a", "ready"));
    expect(names()).toEqual([]);
    journal.intend(entry("b", "creating"));
    expect(names()).toEqual(["a", "b"]);
    journal.note(entry("c", "ready"));
    await settle();
    expect(names()).toEqual(["a", "b", "c"]);
  });

  it("goes with the last of its spaces, or when their server is gone", async () => {
    await using folder = await createFolder({});
    const [empty, full, forgotten] = await Promise.all(
      [1, 2, 3].map(() => openSpaceJournal({ folder: folder.path, ...options })),
    );
    empty?.note(entry("a", "creating"));
    empty?.note(entry("a", "gone"));
    await empty?.close();
    full?.note(entry("a", "creating"));
    await full?.close();
    forgotten?.note(entry("a", "creating"));
    await forgotten?.close({ forget: true });
    expect(await readdir(folder.path)).toEqual([`${full?.generation}.ndjson`]);
  });

  it("is written anew when most of its lines are of the past", async () => {
    await using folder = await createFolder({});
    const journal = await openSpaceJournal({ folder: folder.path, ...options, compactAfter: 100 });
    journal.intend(entry("stays", "kept"));
    for (let n = 0; n < 500; n += 1) {
      journal.intend(entry(`n${n}`, "creating"));
      journal.note(entry(`n${n}`, "gone"));
    }
    await settle();
    const text = await readFile(path.join(folder.path, `${journal.generation}.ndjson`), "utf8");
    expect(text.split("\n").length).toBeLessThan(120);
    expect([...(parseJournal(text)?.entries.keys() ?? [])]).toEqual(["stays"]);
  });

  it("fails nothing when it cannot be written, and says so once", async () => {
    await using folder = await createFolder({ file: "" });
    const failures: string[] = [];
    const journal = await openSpaceJournal({
      folder: path.join(folder.path, "file"),
      ...options,
      onFailure: (message) => failures.push(message),
    });
    journal.intend(entry("a", "creating"));
    await journal.close();
    expect(failures.length).toBe(1);
    expect(failures[0]).toContain("cannot be written down in");
  });

  it("is read up to a line that was never finished, and past one that is broken", async () => {
    await using folder = await createFolder({});
    const journal = await openSpaceJournal({ folder: folder.path, ...options });
    journal.intend(entry("a", "ready"));
    const file = path.join(folder.path, `${journal.generation}.ndjson`);
    const line = JSON.stringify(entry("b", "ready"));
    await writeFile(file, `${await readFile(file, "utf8")}\u0000\u0000\n${line}\n${line.slice(0, 20)}`);
    expect([...(parseJournal(await readFile(file, "utf8"))?.entries.keys() ?? [])]).toEqual(["a", "b"]);
  });

  it("can be one that is never written, where the servers end with their broker", async () => {
    const [one, other] = [unwrittenJournal(), unwrittenJournal()];
    expect(one.generation).toMatch(/^[0-9a-f]{8}$/);
    expect(other.generation).not.toBe(one.generation);
    one.intend(entry("a", "creating"));
    await one.close();
  });

  it("is none without its first line", () => {
    expect(parseJournal("")).toBeUndefined();
    expect(parseJournal('{"journal":1,"generation":"../../x"}\n')).toBeUndefined();
    expect(parseJournal(`${JSON.stringify(entry("a", "ready"))}\n`)).toBeUndefined();
  });
});
