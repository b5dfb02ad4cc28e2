import type { ServicePlan } from "../../services/index.ts";
import { createCleanup } from "../../support/cleanup.ts";
import type { RunContext } from "../context.ts";
import type { NativeAddress, NativeAddresses } from "./addresses.ts";
import type { DescribedService, NativeDescription } from "./description.ts";
import { type NativeDoor, openNativeDoor } from "./native-door.ts";
import type { OwnSpaces } from "./own-spaces.ts";
import { rewriteEnvironment } from "./rewrite.ts";
import { serviceVariables } from "./variables.ts";

/** What infrastructure has for programs of this machine, once it is ready. */
export interface Native extends AsyncDisposable {
  /** The same each time. */
  describe(services: readonly DescribedService[]): Promise<NativeDescription>;
}

/** The suite that programs of this machine are, in what is told of spaces. */
const SUITE = "native";

/** Nothing is opened before the first description. */
export function createNative(options: {
  plans: readonly ServicePlan[];
  context: RunContext;
  addresses: NativeAddresses;
  spaces: OwnSpaces;
  /** What the suites say alike, for configuration files. */
  env: Record<string, string>;
  signal: AbortSignal;
}): Native {
  const { context, addresses, spaces, signal } = options;
  const plans = options.plans.filter(({ spec }) => !spec.oneShot);
  const cleanup = createCleanup();
  let described: Promise<NativeDescription> | undefined;

  async function describe(services: readonly DescribedService[]): Promise<NativeDescription> {
    const native: NativeDescription = { addresses: {}, variables: {} };
    const main: Record<string, number> = {};
    for (const plan of plans) {
      const { name } = plan.spec;
      const ports = services.find(({ outcome }) => outcome.name === name)?.ports ?? [];
      const find = async (port: number): Promise<[number, NativeAddress]> => [
        port,
        await addresses.address(name, port, signal),
      ];
      const byPort = Object.fromEntries(await Promise.all(ports.map(find)));
      native.addresses[name] = byPort;
      if (ports[0] !== undefined) main[name] = ports[0];
      Object.assign(native.variables, serviceVariables({ plan, ports, addresses: byPort }));
    }
    const env = rewriteEnvironment({ env: options.env, services, native, onLooseHost: () => undefined });
    const door: NativeDoor = await openNativeDoor({
      broker: spaces.broker,
      plans: spaces.plans(),
      caller: { run: context.run, suite: SUITE },
      addresses,
      ports: main,
      env,
      kind: context.spaceKinds,
    });
    cleanup.add(async () => await door[Symbol.asyncDispose]());
    context.hide?.(door.variables["SEATRIAL_TOKEN"] ?? "");
    Object.assign(native.variables, door.variables);
    return native;
  }

  return {
    async describe(services) {
      described ??= describe(services);
      return await described;
    },
    async [Symbol.asyncDispose]() {
      await described?.catch(() => undefined);
      await cleanup[Symbol.asyncDispose]();
    },
  };
}
