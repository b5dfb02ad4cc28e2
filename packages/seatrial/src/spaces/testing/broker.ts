import type { SpacePlan, SpaceSummary } from "../../model/index.ts";
import type { Broker, SpaceRequest } from "../broker.ts";
import { type BrokerOptions, createBroker } from "../create-broker.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { SpaceJournal } from "../journal/journal.ts";
import { createMemoryKind, type MemoryKind, memoryServer } from "../memory/index.ts";
import { createManualClock, type ManualClock } from "./clock.ts";
import { spacePlan } from "./plan.ts";

/** A broker over a server in memory, with a clock that stands still. */
export interface TestBroker extends AsyncDisposable {
  broker: Broker;
  memory: MemoryKind;
  clock: ManualClock;
  kept: SpaceSummary[];
  notes: string[];
  journal: SpaceJournal & { entries: JournalEntry[] };
  signal: AbortSignal;
  stop: AbortController;
  /** How many are in this state. */
  count(state: SpaceSummary["state"]): Promise<number>;
  /** Names of the tests' spaces in the server, without templates. */
  inServer(): string[];
}

export type TestBrokerOptions = Partial<Omit<BrokerOptions, "plans" | "clock">> & {
  plan?: Partial<SpacePlan>;
  plans?: SpacePlan[];
};

/** Opens one with the definition `db`, changed as `plan` says, unless there are `plans`. */
export function openTestBroker(options: TestBrokerOptions = {}): TestBroker {
  const { plan, plans = [spacePlan(plan)], ...rest } = options;
  const memory = createMemoryKind();
  const clock = createManualClock();
  const stop = new AbortController();
  const kept: SpaceSummary[] = [];
  const notes: string[] = [];
  const journal = memoryJournal();
  const broker = createBroker({
    plans,
    server: async (service) => memoryServer(service),
    kind: async () => memory.driver,
    runStep: async () => undefined,
    journal,
    onKept: (summary) => kept.push(summary),
    onNote: (space, note) => notes.push(`${space}: ${note}`),
    signal: stop.signal,
    clock,
    ...rest,
  });
  return {
    broker,
    memory,
    clock,
    kept,
    notes,
    journal,
    stop,
    signal: new AbortController().signal,
    count: async (state) => (await broker.list()).filter((space) => space.state === state).length,
    inServer: () => [...memory.spaces.keys()].filter((name) => !name.includes("_t")),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

/** A request for a space of `db`, by this test. */
export function spaceRequest(test = "TestA", change: Partial<SpaceRequest> = {}): SpaceRequest {
  return { space: "db", holder: { run: "r1", suite: "integration", test, attempt: 1 }, ...change };
}

/** A journal that is written to memory. */
export function memoryJournal(generation = "00c0ffee"): SpaceJournal & { entries: JournalEntry[] } {
  const entries: JournalEntry[] = [];
  return {
    generation,
    entries,
    intend: (entry) => void entries.push(entry),
    note: (entry) => void entries.push(entry),
    close: async () => undefined,
  };
}
