import { randomBytes } from "node:crypto";
import type { SpaceKind, SpacePlan, SpaceSummary } from "../model/index.ts";
import { deferred } from "../support/abort.ts";
import { EXIT } from "../support/error.ts";
import type { Broker, LeasedSpace, SpaceRequest, SpaceResult } from "./broker.ts";
import { type Clock, systemClock } from "./clock.ts";
import { spaceError } from "./errors.ts";
import { spacePrefix } from "./journal/entry.ts";
import type { SpaceJournal } from "./journal/journal.ts";
import { createLedger } from "./ledger.ts";
import type { OutsideStep, SpaceKindDriver, SpaceServer } from "./maker.ts";
import { createPool, type Pool } from "./pool/pool.ts";
import { isoTime, type Space, summarize } from "./pool/space.ts";
import { createRepeats } from "./repeats.ts";
import { createSessions } from "./sessions.ts";
import { type BrokerSettings, DEFAULT_SETTINGS } from "./settings.ts";

export interface BrokerOptions {
  plans: readonly SpacePlan[];
  /** Resolves when the service is ready. */
  server: (service: string, signal: AbortSignal) => Promise<SpaceServer>;
  kind: (kind: SpaceKind) => Promise<SpaceKindDriver>;
  /** Carries out a step of a definition's template that is not its kind's own. */
  runStep: (plan: SpacePlan, step: OutsideStep, signal: AbortSignal) => Promise<void>;
  journal: SpaceJournal;
  /** A space of a test is kept now. */
  onKept?: ((summary: SpaceSummary) => void) | undefined;
  /** A space of this id is no more: it was dropped, or put back under another id. What opened it opens nothing. */
  onGone?: ((id: string) => void) | undefined;
  /** What is going on with a definition's spaces, in a line for people. */
  onNote?: ((space: string, note: string) => void) | undefined;
  /** What the user should know of a definition's spaces. */
  onWarning?: ((message: string) => void) | undefined;
  clock?: Clock | undefined;
  settings?: Partial<BrokerSettings> | undefined;
  /** Drop everything when the broker is closed; asked then. Not needed where the servers end with it. Default: true. */
  dropOnClose?: boolean | (() => boolean) | undefined;
  /** Its end is that of all requests, as if the broker were closing; close it all the same. */
  signal: AbortSignal;
}

/** The broker of an owner. It asks for a server and makes something there only once it is asked for a space, or told to prepare. */
export function createBroker(options: BrokerOptions): Broker {
  const { plans, journal, clock = systemClock, dropOnClose = true, signal } = options;
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const prefix = spacePrefix(journal.generation);
  const ledger = createLedger();
  const sessions = createSessions(() => randomBytes(8).toString("hex"));
  const repeats = createRepeats<LeasedSpace>();
  const pools = new Map<string, Pool>();
  /** What names begin with that the makers gave, and see to by themselves. */
  const makersOwn: string[] = [];
  let names = 0;
  let makers = 0;
  let closed: Promise<void> | undefined;
  let isClosing = false;

  for (const plan of plans) {
    const onNote = (note: string) => options.onNote?.(plan.name, note);
    const pool: Pool = createPool({
      plan,
      clock,
      settings,
      journal,
      newId: ledger.newId,
      nextName: () => `${prefix}${++names}`,
      onBegin: (space) => ledger.add(space, pool),
      onGone(space) {
        ledger.end(space);
        options.onGone?.(space.id);
      },
      onKept: (summary) => options.onKept?.(summary),
      onNote,
      async openMaker(opening) {
        const [server, driver] = await Promise.all([
          options.server(plan.service, opening),
          options.kind(plan.kind),
        ]);
        // Another one each time: what could not be removed of one that failed would be in the way of the next.
        const own = `${prefix}t${makers++}_`;
        const { onWarning } = options;
        const runStep = (step: OutsideStep, during: AbortSignal) => options.runStep(plan, step, during);
        const { lost: onLost } = pool;
        const tell = { onNote, onWarning, onLost };
        const maker = await driver.open({ plan, server, prefix: own, runStep, ...tell, signal: opening });
        makersOwn.push(own);
        return maker;
      },
    });
    pools.set(plan.name, pool);
  }

  function poolOf(name: string): Pool {
    const pool = pools.get(name);
    if (pool !== undefined) return pool;
    const known = [...pools.keys()];
    throw spaceError({
      code: "SPACE_NOT_DEFINED",
      message: `There are no spaces ${JSON.stringify(name)}; there are: ${known.join(", ") || "none at all"}.`,
      hint: "Name a service of a known kind, or an entry of `spaces` in seatrial.yaml.",
      exitCode: EXIT.usage,
    });
  }

  function checkOpen(): void {
    if (isClosing) throw isClosed();
  }

  async function lease(request: SpaceRequest, asked: AbortSignal): Promise<LeasedSpace> {
    const pool = poolOf(request.space);
    const { ttl } = pool.plan;
    const session = request.session === undefined ? undefined : sessions.get(request.session);
    const key = keyOf(request);
    const start = async (starting: AbortSignal, forget: () => void = () => undefined) => {
      const given = deferred<LeasedSpace>();
      await pool.acquire({
        holder: request.holder,
        ttl: Math.min(request.ttl ?? ttl, ttl),
        wait: request.wait ?? settings.wait,
        signals: session === undefined ? [starting] : [starting, session.signal],
        onLease(space) {
          // As it is now: it may be over before whoever asked goes on.
          given.resolve(leasedSpace(space));
          const lose = () => pool.lose(space, "owner lost");
          session?.ends.add(lose);
          space.onLeaseEnd = () => {
            session?.ends.delete(lose);
            forget();
          };
        },
      });
      return await given.promise;
    };
    if (key === undefined) return await start(asked);
    const onUnclaimed = ({ id }: LeasedSpace) => giveBack(id, { outcome: "skipped" });
    return await repeats.share(key, { start, onUnclaimed, signal: asked });
  }

  function giveBack(id: string, result: SpaceResult): SpaceSummary {
    const found = ledger.find(id);
    if (found.space === undefined) return found.summary;
    found.pool.release(found.space, result);
    return summarize(found.space);
  }

  function stop(): void {
    if (isClosing) return;
    isClosing = true;
    signal.removeEventListener("abort", stop);
    for (const pool of pools.values()) pool.stop(isClosed());
  }
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });

  async function close(): Promise<void> {
    stop();
    const drops = typeof dropOnClose === "function" ? dropOnClose() : dropOnClose;
    const all = [...pools.values()];
    if (drops) {
      const late = new AbortController();
      const within = settings.within.close;
      const stopClock = clock.after(within, () =>
        late.abort(new Error(`the time for closing, ${within / 1000} s, is over`)),
      );
      await Promise.all(all.map((pool) => pool.dropAll(late.signal)));
      // Definitions of one server see what the others made: only what is left now belongs to none.
      await Promise.all(all.map((pool) => pool.sweep(prefix, makersOwn)));
      stopClock();
    }
    await Promise.all(all.map((pool) => pool.disconnect()));
    await journal.close({ forget: !drops });
  }

  return {
    prepare(wanted) {
      checkOpen();
      for (const name of wanted) poolOf(name).prepare();
    },
    async openSession() {
      checkOpen();
      return sessions.open();
    },
    async acquire(request, asked) {
      checkOpen();
      return await lease(request, asked);
    },
    release: async (id, result) => giveBack(id, result),
    async renew(id, ttl) {
      checkOpen();
      const { pool, space } = ledger.get(id);
      pool.renew(space, ttl);
      return summarize(space);
    },
    async keep(id, time) {
      checkOpen();
      const { pool, space } = ledger.get(id);
      pool.keep(space, time);
      return summarize(space);
    },
    async drop(id) {
      const found = ledger.find(id);
      if (found.space === undefined) return found.summary;
      await found.pool.drop(found.space);
      return summarize(found.space);
    },
    async find(id) {
      const { space } = ledger.get(id);
      if (space.state === "leased" || space.state === "kept") return leasedSpace(space);
      throw spaceError({
        code: "SPACE_UNKNOWN",
        message: `The space ${id} is ${space.state}: nobody has it.`,
        hint: "`seatrial space list` shows those there are.",
      });
    },
    list: async () => ledger.list().map(summarize),
    outcomes: async (of) => [...pools.values()].map((pool) => pool.outcome(of)),
    async [Symbol.asyncDispose]() {
      closed ??= close();
      await closed;
    },
  };
}

/** Nobody repeats another one's request. */
function keyOf({ key, space, holder }: SpaceRequest): string | undefined {
  return key === undefined ? undefined : JSON.stringify([holder.run, holder.suite, space, key]);
}

function leasedSpace(space: Space): LeasedSpace {
  const { id, plan, made, holder, leasedAt, until } = space;
  if (made === undefined || holder === undefined || leasedAt === undefined || until === undefined) {
    throw new Error(`space ${id} is not leased`);
  }
  return {
    id,
    space: plan.name,
    service: plan.service,
    kind: plan.kind,
    // Its own: the password changes when the space is put back.
    made: { ...made, values: { ...made.values } },
    holder,
    leasedAt: isoTime(leasedAt),
    until: isoTime(until),
  };
}

function isClosed(): Error {
  return spaceError({
    code: "BROKER_CLOSED",
    message: "The run is ending: no spaces are given out any more.",
  });
}
