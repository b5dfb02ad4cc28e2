import type { SpaceHolder, SpaceSummary } from "../../model/index.ts";
import { deferred, orAborted } from "../../support/abort.ts";
import type { Broker, LeasedSpace, SpaceRequest } from "../broker.ts";
import { spaceError } from "../errors.ts";
import { isHeldBy } from "../held-by.ts";

/** A broker in memory, for tests of what stands before it: nothing behind it is real, and nothing runs by itself. */
export interface FakeBroker extends Broker {
  /** Everything that was given back, in order. */
  readonly released: { id: string; outcome: string; message?: string | undefined }[];
  readonly requests: SpaceRequest[];
  /** Open now. */
  readonly sessions: Set<string>;
  /** Requests that wait for a free space. */
  readonly waiting: number;
  /** Ids of leased spaces. */
  readonly leased: string[];
  /** What the next requests fail with, one each. */
  readonly failures: Error[];
}

export interface FakeBrokerOptions {
  /** Default: `postgres`, `redis`. */
  definitions?: string[];
  /** How many may be leased at once. Default: 64. */
  limit?: number;
  /** The prefix of names in the server. */
  prefix?: string;
  password?: string;
  now?: () => number;
}

const TTL_MS = 600_000;
const KEEP_MS = 1_800_000;
const PORT = 5432;

interface Entry {
  leased: LeasedSpace;
  summary: SpaceSummary;
  session: string | undefined;
  key: string | undefined;
}

export function fakeBroker(options: FakeBrokerOptions = {}): FakeBroker {
  const {
    definitions = ["postgres", "redis"],
    limit = 64,
    prefix = "st_test_",
    password = "secret",
  } = options;
  const now = options.now ?? Date.now;
  const entries = new Map<string, Entry>();
  const waiters: (() => void)[] = [];
  const sessions = new Set<string>();
  const released: FakeBroker["released"] = [];
  const requests: SpaceRequest[] = [];
  const failures: Error[] = [];
  let made = 0;
  let opened = 0;

  const at = (ms: number, from = now()) => new Date(from + ms).toISOString();
  const leasedOnes = () => [...entries.values()].filter(({ summary }) => summary.state === "leased");
  const find = (id: string) => {
    const entry = entries.get(id);
    if (entry === undefined)
      throw spaceError({ code: "SPACE_UNKNOWN", message: `There is no space ${JSON.stringify(id)}` });
    return entry;
  };

  function lease(request: SpaceRequest): LeasedSpace {
    made += 1;
    const id = `lease-${made}`;
    const name = `${prefix}${made}`;
    const { space, holder, ttl = TTL_MS } = request;
    const leasedAt = now();
    const leased: LeasedSpace = {
      ...{ id, space, service: space, kind: "postgres", holder },
      ...{ leasedAt: at(0, leasedAt), until: at(ttl, leasedAt) },
      made: { name, port: PORT, values: { user: name, password, name } },
    };
    entries.set(id, {
      leased,
      summary: summaryOf(leased, at(-2_000)),
      session: request.session,
      key: request.key,
    });
    return leased;
  }

  function free(
    entry: Entry,
    state: "draining" | "kept" | "gone",
    rest: Partial<SpaceSummary> = {},
  ): SpaceSummary {
    const { until: _, ...summary } = entry.summary;
    entry.summary = { ...summary, state, ...rest };
    waiters.shift()?.();
    return entry.summary;
  }

  return {
    released,
    requests,
    sessions,
    failures,
    get waiting() {
      return waiters.length;
    },
    get leased() {
      return leasedOnes().map(({ leased }) => leased.id);
    },
    prepare: () => undefined,
    async openSession() {
      opened += 1;
      const id = `session-${opened}`;
      sessions.add(id);
      return {
        id,
        async [Symbol.asyncDispose]() {
          sessions.delete(id);
          for (const entry of leasedOnes())
            if (entry.session === id) free(entry, "kept", { until: at(KEEP_MS), reason: "owner lost" });
        },
      };
    },
    async acquire(request, signal) {
      requests.push(request);
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      if (!definitions.includes(request.space))
        throw spaceError({
          code: "SPACE_NOT_DEFINED",
          message: `There are no spaces named ${JSON.stringify(request.space)}; there are: ${definitions.join(", ")}`,
        });
      const repeated = leasedOnes().find(({ key }) => key !== undefined && key === request.key);
      if (repeated !== undefined) return repeated.leased;
      while (leasedOnes().length >= limit) {
        const { promise, resolve } = deferred<void>();
        waiters.push(resolve);
        try {
          await orAborted(promise, signal);
        } catch (error) {
          waiters.splice(waiters.indexOf(resolve), 1);
          throw error;
        }
      }
      return lease(request);
    },
    async release(id, { outcome, message }) {
      const entry = find(id);
      if (entry.summary.state !== "leased") return entry.summary;
      released.push({ id, outcome, message });
      if (outcome !== "failed") return free(entry, "draining");
      return free(entry, "kept", {
        until: at(KEEP_MS),
        reason: message === undefined ? "failed" : `failed: ${message}`,
      });
    },
    async renew(id, ttl = TTL_MS) {
      const entry = find(id);
      entry.summary = { ...entry.summary, until: at(ttl) };
      return entry.summary;
    },
    async keep(id, time = KEEP_MS) {
      const entry = find(id);
      const [until = ""] = [entry.summary.until ?? "", at(time)].sort().reverse();
      return free(entry, "kept", { until, reason: "kept by hand" });
    },
    drop: async (id) => free(find(id), "gone"),
    find: async (id) => find(id).leased,
    list: async () => [...entries.values()].map(({ summary }) => summary),
    async outcomes(of) {
      const counted = [...entries.values()].filter(
        ({ leased }) => of === undefined || isHeldBy(of, leased.holder),
      );
      const names = [...new Set(counted.map(({ leased }) => leased.space))];
      return names.map((space) => {
        const own = counted.filter(({ leased }) => leased.space === space);
        const kept = own.map(({ summary }) => summary).filter(({ state }) => state === "kept");
        const counts = { leased: own.length, reused: 0, created: own.length };
        return { space, service: space, kind: "postgres", ...counts, wait: { median: 0, largest: 0 }, kept };
      });
    },
    async [Symbol.asyncDispose]() {
      entries.clear();
    },
  };
}

function summaryOf(leased: LeasedSpace, createdAt: string): SpaceSummary {
  const { id, space, service, kind, made, leasedAt, until } = leased;
  const holder: SpaceHolder = { ...leased.holder };
  return { id, space, service, kind, name: made.name, state: "leased", holder, createdAt, leasedAt, until };
}
