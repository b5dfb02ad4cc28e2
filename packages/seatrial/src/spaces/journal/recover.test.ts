import { readFileSync } from "node:fs";
import { appendFile, readdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { createMemoryKind, type MemoryKind, memoryServer } from "../memory/index.ts";
import { openTestBroker, spaceRequest, type TestBroker } from "../testing/broker.ts";
import { createManualClock, settle } from "../testing/clock.ts";
import { spacePlan } from "../testing/plan.ts";
import { openSpaceJournal, type SpaceJournal } from "./journal.ts";
import { type RecoverOptions, recoverSpaces } from "./recover.ts";

const signal = new AbortController().signal;

interface Doomed extends TestBroker {
  file: string;
  /** The server after the broker's death, which ends all that the broker does. */
  kill(): MemoryKind;
}

async function openDoomed(folder: string): Promise<Doomed> {
  const plans = [spacePlan({ warm: 2 })];
  const journal = await openSpaceJournal({ folder, run: "r1", plans });
  let isDead = false;
  const unlessDead = (write: SpaceJournal["note"]): SpaceJournal["note"] => {
    return (entry) => (isDead ? undefined : write(entry));
  };
  const [intend, note] = [unlessDead(journal.intend), unlessDead(journal.note)];
  const test = openTestBroker({ plans, journal: { ...journal, intend, note } });
  return {
    ...test,
    file: path.join(folder, `${journal.generation}.ndjson`),
    kill() {
      isDead = true;
      test.memory.fault = () => ({ kind: "hang" });
      return createMemoryKind({ spaces: test.memory.spaces });
    },
  };
}

function recovering(folder: string, memory: MemoryKind): RecoverOptions {
  return {
    folder,
    isAlive: () => false,
    open: async ({ space, service, kind, isolation }) =>
      await memory.driver.open({
        plan: spacePlan({ name: space, service, kind, isolation }),
        server: memoryServer(service),
        prefix: "st_ffffffff_t0_",
        runStep: async () => undefined,
        onNote: () => undefined,
        signal,
      }),
    now: createManualClock().now(),
    signal,
  };
}

/** Until the journal's file says so. */
async function written(file: string, text: string): Promise<void> {
  for (let turn = 0; turn < 1000 && !readFileSync(file, "utf8").includes(text); turn += 1) await settle();
  expect(readFileSync(file, "utf8")).toContain(text);
}

describe("recovery after a broker's death", () => {
  it("has every space in the journal before it is in the server", async () => {
    await using folder = await createFolder({});
    const test = await openDoomed(folder.path);
    const known: boolean[] = [];
    test.memory.fault = ({ call, name }) => {
      if (call === "make") known.push(readFileSync(test.file, "utf8").includes(`"${name}"`));
      return undefined;
    };
    for (let n = 0; n < 5; n += 1) await test.broker.acquire(spaceRequest(), signal);
    expect(new Set(known)).toEqual(new Set([true]));
    await test[Symbol.asyncDispose]();
  });

  it("drops what was leased, ready, half-made or a template, and lists what was kept", async () => {
    await using folder = await createFolder({});
    const test = await openDoomed(folder.path);
    const { broker } = test;
    const kept = await broker.acquire(spaceRequest("TestA"), signal);
    await broker.acquire(spaceRequest("TestB"), signal);
    await broker.release(kept.id, { outcome: "failed" });
    for (let turn = 0; turn < 1000 && (await test.count("ready")) < 2; turn += 1) await settle();
    test.memory.fault = ({ call }) => (call === "make" ? { kind: "fail", after: true } : undefined);
    await broker.acquire(spaceRequest("TestC"), signal);
    await written(test.file, "TestC");
    await settle();
    const memory = test.kill();
    const before = [...memory.spaces.keys()];
    expect(before.some((name) => name.endsWith("t0_template"))).toBe(true);

    const options = recovering(folder.path, memory);
    const [dry] = await recoverSpaces({ ...options, dryRun: true });
    expect(memory.spaces.size).toBe(before.length);
    const [found] = await recoverSpaces(options);
    expect(found?.dropped.sort()).toEqual(dry?.dropped.sort());
    expect(found).toMatchObject({ run: "r1", failed: [] });
    expect(found?.kept).toMatchObject([{ id: kept.id, name: kept.made.name, holder: { test: "TestA" } }]);
    expect([...memory.spaces.keys()]).toEqual([kept.made.name]);
    // It is listed again, until its time is over.
    expect((await recoverSpaces(options))[0]?.kept.length).toBe(1);
    const [last] = await recoverSpaces({ ...options, now: options.now + 1_800_001 });
    expect(last).toMatchObject({ dropped: [kept.made.name], kept: [] });
    expect([memory.spaces.size, (await readdir(folder.path)).length]).toEqual([0, 0]);
  });

  it("finds what the server has and the journal's last, half-written line has not", async () => {
    await using folder = await createFolder({});
    const test = await openDoomed(folder.path);
    const leased = await test.broker.acquire(spaceRequest(), signal);
    const any = test.memory.spaces.get(leased.made.name);
    const stray = leased.made.name.replace(/\d+$/, "77");
    if (any !== undefined) test.memory.spaces.set(stray, any);
    await written(test.file, '"leased"');
    const memory = test.kill();
    await appendFile(test.file, `{"name":"${stray}","sta`);
    const [found] = await recoverSpaces(recovering(folder.path, memory));
    expect(found?.dropped).toContain(stray);
    expect(test.memory.spaces.size).toBe(0);
  });

  it("leaves those of the living alone", async () => {
    await using folder = await createFolder({});
    const test = await openDoomed(folder.path);
    await test.broker.acquire(spaceRequest(), signal);
    const before = test.memory.spaces.size;
    const isAlive = (run: string) => run === "r1";
    expect(await recoverSpaces({ ...recovering(folder.path, test.memory), isAlive })).toEqual([]);
    expect(test.memory.spaces.size).toBeGreaterThanOrEqual(before);
    expect((await readdir(folder.path)).length).toBe(1);
    await test[Symbol.asyncDispose]();
  });

  it("forgets what was in a server that is gone", async () => {
    await using folder = await createFolder({});
    const test = await openDoomed(folder.path);
    await test.broker.acquire(spaceRequest(), signal);
    const options = { ...recovering(folder.path, test.kill()), open: async () => undefined };
    expect(await recoverSpaces(options)).toMatchObject([{ dropped: [], kept: [], failed: [] }]);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("says what it could not drop or reach, and remembers it", async () => {
    await using folder = await createFolder({});
    const test = await openDoomed(folder.path);
    const leased = await test.broker.acquire(spaceRequest(), signal);
    await written(test.file, '"leased"');
    const memory = test.kill();
    const options = recovering(folder.path, memory);
    memory.fault = ({ call }) => (call === "drop" ? { kind: "fail" } : undefined);
    const [refused] = await recoverSpaces(options);
    expect(refused?.failed.map(({ name }) => name)).toContain(leased.made.name);
    memory.fault = () => ({ kind: "lost" });
    const [away] = await recoverSpaces(options);
    expect(away?.failed[0]?.error).toContain("the server is gone");
    memory.fault = () => undefined;
    const [found] = await recoverSpaces(options);
    expect(found?.dropped).toContain(leased.made.name);
    expect([test.memory.spaces.size, (await readdir(folder.path)).length]).toEqual([0, 0]);
  });
});
