import { type Endpoint, loadKind, openEndpoint } from "../../spaces/index.ts";
import { deferred } from "../../support/abort.ts";
import type { RunContext } from "../context.ts";
import { runError } from "../errors.ts";
import { journalFolder } from "../journal.ts";
import type { RunParts } from "../parts.ts";
import type { RunPlan } from "../run-plan.ts";
import { openControl } from "./control.ts";
import { describeServices } from "./describe-services.ts";
import type { Description } from "./description.ts";

/** The control socket of an ordinary run: it shows what there is, and gives access to its spaces. */
export interface RunControl extends AsyncDisposable {
  readonly path: string;
  /** Takes what the run has, as soon as that is there. */
  onParts(parts: RunParts): void;
  /** From now on the run is a kept one, with this end. */
  keep(until: Date): void;
}

/** Opens it before the run has anything. */
export async function openRunControl(options: {
  /** Of what runs hold on this machine. */
  state: string;
  run: string;
  plan: RunPlan;
  /** Of the run's results. */
  folder: string;
  spaceKinds?: RunContext["spaceKinds"];
}): Promise<RunControl> {
  const { run, plan, folder } = options;
  const settled = deferred<void>();
  let parts: RunParts | undefined;
  let admin: Endpoint | undefined;
  let state: Description["state"] = "starting";
  let until: Date | undefined;

  async function describe(): Promise<Description> {
    const { services, shared } = parts ?? {};
    return {
      version: 1,
      run,
      project: plan.project,
      root: plan.root,
      folder,
      control: control.path,
      kind: until === undefined ? "run" : "kept",
      state,
      until: until?.toISOString(),
      network: await shared?.claimed,
      services: services === undefined ? [] : await describeServices({ plans: plan.services, services }),
      definitions: plan.spaces,
    };
  }

  const control = await openControl({
    folder: journalFolder(options.state),
    run,
    duties: {
      describe,
      settled: settled.promise,
      extend: refuse,
      use: refuse,
      expire: () => undefined,
      address: refuse,
      broker(connection) {
        if (admin === undefined) connection.destroy();
        else admin.accept(connection);
      },
    },
  });
  return {
    path: control.path,
    onParts(given) {
      parts = given;
      const { spaces } = given;
      if (spaces !== undefined)
        admin = openEndpoint({
          broker: spaces.broker,
          plans: plan.spaces,
          kind: options.spaceKinds ?? loadKind,
          caller: { run, suite: "", admin: true },
          reach: { address: async (host, port) => ({ host, port }) },
          token: null,
        });
      void given.services.settled.then(() => {
        state = "ready";
        settled.resolve();
      });
    },
    keep(end) {
      until = end;
    },
    async [Symbol.asyncDispose]() {
      settled.resolve();
      await control[Symbol.asyncDispose]();
      await admin?.close();
    },
  };
}

/** An ordinary run is its own only user. */
async function refuse(): Promise<never> {
  throw runError({
    code: "CONTROL_REQUEST_INVALID",
    message: "An ordinary run cannot be used by others.",
    hint: "seatrial up",
  });
}
