import type { Duplex } from "node:stream";
import type { BuildResult, SpacePlan } from "../../model/index.ts";
import { type Broker, type Endpoint, loadKind, openEndpoint, spaceError } from "../../spaces/index.ts";
import type { RunContext } from "../context.ts";
import type { SharedResources } from "../resources.ts";
import type { RunPlan } from "../run-plan.ts";
import type { StartedServices } from "../services.ts";
import { createRunSpaces, type RunSpaces } from "../spaces.ts";
import { type Definitions, definitionsOf, digestDefinitions } from "./definitions.ts";
import { joinBrokers } from "./join-brokers.ts";

/** The spaces of infrastructure, whose definitions may come later and change. Closing it ends what hands them out. */
export interface OwnSpaces extends AsyncDisposable {
  /** All of them. */
  readonly broker: Broker;
  /** The definitions that count now. */
  plans(): SpacePlan[];
  /** Of the plan's own definitions as they were at the start. */
  digests(): Promise<Record<string, string>>;
  /** Makes spaces by these definitions, with those of others as long as somebody has one. */
  define(definitions: Definitions): Promise<void>;
  /**
   * Speaks the broker's protocol with an equal of the owner: about the spaces of these definitions, or about all. Nobody gets a space
   * of others than it names: where its definitions are not there any more, asking for one fails with SPACE_NOT_DEFINED.
   */
  accept(connection: Duplex, digest: string | undefined): void;
}

export interface OwnSpacesOptions {
  /** Its own definitions are there from the start. */
  plan: RunPlan;
  context: RunContext;
  build: Promise<BuildResult>;
  shared: SharedResources;
  services: StartedServices;
  signal: AbortSignal;
}

const OWN = "own";

interface Defined {
  plans: SpacePlan[];
  spaces: RunSpaces;
  endpoint: Endpoint;
  users: Set<Duplex>;
}

/** Begins to make what the plan itself defines. */
export function createOwnSpaces(options: OwnSpacesOptions): OwnSpaces {
  const { plan, context, signal } = options;
  const kind = context.spaceKinds ?? loadKind;
  /** By digest; the last one counts, which are the plan's own where there are such. */
  const all = new Map<string, Defined>();
  const broker = joinBrokers(() => [...all.values()].map(({ spaces }) => spaces.broker));

  function openAdmin(plans: SpacePlan[], of: Broker): Endpoint {
    return openEndpoint({
      broker: of,
      plans,
      kind,
      caller: { run: context.run, suite: "", admin: true },
      reach: { address: async (host, port) => ({ host, port }) },
      token: null,
    });
  }

  function open(
    digest: string,
    given: Pick<RunPlan, "spaces" | "earlySpaces" | "steps">,
    build: Promise<BuildResult>,
  ) {
    // At the end of all, they end with their services.
    const dropOnClose = () => !signal.aborted;
    const spaces = createRunSpaces({ ...options, plan: { ...plan, ...given }, build, dropOnClose });
    if (spaces === undefined) return;
    const endpoint = openAdmin(given.spaces, spaces.broker);
    all.set(digest, { plans: given.spaces, spaces, endpoint, users: new Set() });
  }

  /** Those that are not wanted any more, and whose spaces nobody has, are closed. */
  async function tidy(wanted: readonly string[]): Promise<void> {
    for (const [digest, defined] of all) {
      if (wanted.includes(digest) || defined.users.size > 0) continue;
      const spaces = await defined.spaces.broker.list();
      if (spaces.some(({ state }) => state === "leased" || state === "kept")) continue;
      all.delete(digest);
      for (const [alias, key] of aliases) if (key === digest) aliases.delete(alias);
      await close(defined);
    }
  }

  /** What is the same as the plan's own is not made twice. */
  const own = definitionsOf(plan, options.build);
  const digests = digestDefinitions(plan);
  // Both begin now, since files change; who asks is told what went wrong.
  for (const each of [own, digests]) each.catch(() => undefined);
  const aliases = new Map<string, string>();

  const whole = openAdmin([], broker);
  const missing = openAdmin(
    [],
    joinBrokers(() => [], replaced),
  );
  open(OWN, plan, options.build);
  return {
    broker,
    plans: () => [...all.values()].at(-1)?.plans ?? [],
    digests: () => digests,
    async define(definitions) {
      const { plans, early, steps, images } = definitions;
      const key = all.has(OWN) && definitions.digest === (await own).digest ? OWN : definitions.digest;
      aliases.set(definitions.digest, key);
      const known = all.get(key);
      if (known === undefined) {
        const built = new Map(images.map((image) => [image.target, image]));
        const build = { images: built, duration: 0, steps: 0, cached: 0, staleCaches: [] };
        open(key, { spaces: plans, earlySpaces: early, steps }, Promise.resolve(build));
      }
      // The last one counts.
      for (const last of [key, OWN]) {
        const defined = all.get(last);
        if (defined === undefined || !all.delete(last)) continue;
        all.set(last, defined);
      }
      await tidy([key, OWN]);
    },
    accept(connection, digest) {
      if (digest === undefined) return whole.accept(connection);
      const defined = all.get(aliases.get(digest) ?? digest);
      if (defined === undefined) return missing.accept(connection);
      defined.users.add(connection);
      connection.once("close", () => defined.users.delete(connection));
      defined.endpoint.accept(connection);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([whole, missing].map((endpoint) => endpoint.close()));
      await Promise.all([...all.values()].map(close));
    },
  };
}

function replaced(): Error {
  return spaceError({
    code: "SPACE_NOT_DEFINED",
    message: "Spaces of these definitions are not made any more: somebody has asked for others since.",
    hint: "Try again: they are defined anew then.",
  });
}

async function close({ endpoint, spaces }: Defined): Promise<void> {
  await endpoint.close();
  await spaces[Symbol.asyncDispose]();
}
