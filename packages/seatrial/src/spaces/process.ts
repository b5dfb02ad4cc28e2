import type { SpaceHolder, SpaceKind, SpacePlan, SpaceValues } from "../model/index.ts";
import { suggestion } from "../support/nearest.ts";
import type { Broker, LeasedSpace, Reach, SpaceResult } from "./broker.ts";
import type { FilePlace } from "./config-files/place.ts";
import { createPresenter, type Presented } from "./endpoint/present.ts";
import { spaceError } from "./errors.ts";
import type { SpaceKindDriver } from "./maker.ts";

/** A part of a space that a variable holds: one of its values, or `files`, the folder of its rendered configuration. */
export interface WantedPart {
  /** The definition's name. */
  space: string;
  part: string;
}

export interface ProcessSpacesOptions {
  broker: Broker;
  kind(kind: SpaceKind): Promise<SpaceKindDriver>;
  plans: readonly SpacePlan[];
  /** By variable. Variables of one definition are parts of one space. */
  wanted: Readonly<Record<string, WantedPart>>;
  holder: SpaceHolder;
  /** How the process reaches services. */
  reach: Reach;
  /** Takes rendered files to where the process is. Absent: nothing is rendered. */
  files?: FilePlace | undefined;
  services?: Readonly<Record<string, number>> | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  /** Counts until the spaces are there. */
  signal: AbortSignal;
}

/** The spaces of one process. They are its own until they are released: their leases are renewed meanwhile. */
export interface ProcessSpaces {
  env: Record<string, string>;
  /** Ids of its spaces. */
  spaces: string[];
  /** Gives all of them back. Again is fine. */
  release(result: SpaceResult): Promise<void>;
}

/** Takes what a process of a suite, or of `seatrial exec`, finds in its environment. Everything is given back when a part of it fails. */
export async function acquireForProcess(options: ProcessSpacesOptions): Promise<ProcessSpaces> {
  const { broker, holder, signal, files } = options;
  const presenter = createPresenter(options);
  const session = await broker.openSession();
  const over = new AbortController();
  const held: LeasedSpace[] = [];
  const timers: Disposable[] = [];
  let released: Promise<void> | undefined;

  async function release(result: SpaceResult): Promise<void> {
    over.abort();
    for (const timer of timers) timer[Symbol.dispose]();
    const results = await Promise.allSettled(
      held.map(async ({ id }) => {
        await broker.release(id, result);
        await files?.remove(id);
      }),
    );
    const ended = await Promise.allSettled([session[Symbol.asyncDispose]()]);
    const errors = [...results, ...ended].flatMap((each) =>
      each.status === "rejected" ? [each.reason] : [],
    );
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, "several spaces could not be given back");
  }

  try {
    const shown = new Map<string, Presented>();
    // One after the other in one order, so that processes never wait for each other's in a circle.
    for (const space of namesOf(options.wanted)) {
      const leased = await broker.acquire({ space, holder, session: session.id }, signal);
      held.push(leased);
      timers.push(keepAlive(broker, leased));
      shown.set(space, await presenter.address(leased, over.signal));
    }
    for (const [space, presented] of shown) {
      const others = [...shown]
        .filter(([name]) => name !== space)
        .map(([name, { values }]) => [name, values]);
      shown.set(space, await presenter.addFiles(presented, Object.fromEntries(others), over.signal));
    }
    const env = environmentOf(options, shown);
    return {
      env,
      spaces: held.map(({ id }) => id),
      async release(result) {
        released ??= release(result);
        await released;
      },
    };
  } catch (error) {
    // What failed first counts; what cannot be given back ends with its session.
    await release({ outcome: "skipped" }).catch(() => undefined);
    throw error;
  }
}

function namesOf(wanted: ProcessSpacesOptions["wanted"]): string[] {
  return [...new Set(Object.values(wanted).map(({ space }) => space))].sort();
}

function environmentOf(
  { wanted, holder }: Pick<ProcessSpacesOptions, "wanted" | "holder">,
  shown: ReadonlyMap<string, Presented>,
): Record<string, string> {
  const entries = Object.entries(wanted).map(([variable, { space, part }]) => {
    const parts = partsOf(shown.get(space));
    const value = Object.hasOwn(parts, part) ? parts[part] : undefined;
    if (value !== undefined) return [variable, value] as const;
    const known = Object.keys(parts);
    throw spaceError({
      code: "SPACE_REQUEST_INVALID",
      message: `suites.${holder.suite}.spaces.${variable}: a space of ${space} has no part ${JSON.stringify(part)}${suggestion(part, known)}`,
      hint: `Its parts: ${known.join(", ")}`,
      exitCode: 2,
    });
  });
  return Object.fromEntries(entries);
}

function partsOf(presented: Presented | undefined): SpaceValues {
  const [file] = presented?.files ?? [];
  // Every file's path is the folder's and its own name.
  const folder = file?.path.slice(0, -file.name.length).replace(/[\\/]$/, "");
  return { ...presented?.values, ...(folder !== undefined && { files: folder }) };
}

/** Renews a lease at half of its time, for as long as that works; its end shows when it is given back. */
function keepAlive(broker: Broker, leased: LeasedSpace): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  function next(from: string, until: string | undefined): void {
    if (isOver || until === undefined) return;
    const half = (Date.parse(until) - Date.parse(from)) / 2;
    timer = setTimeout(() => void renew(), Math.min(Math.max(half, 1_000), 2_147_483_647)).unref();
  }
  async function renew(): Promise<void> {
    const summary = await broker.renew(leased.id, undefined).catch(() => undefined);
    next(new Date().toISOString(), summary?.until);
  }
  next(leased.leasedAt, leased.until);
  return {
    [Symbol.dispose]() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
