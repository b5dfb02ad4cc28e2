import { describeRegistryContract } from "../contract.ts";
import { type RealRegistry, startDockerRegistry, startReferrersRegistry } from "../testing/real-registry.ts";
import { connectRegistries } from "./index.ts";

function describeReal(name: string, start: () => Promise<RealRegistry>): void {
  describeRegistryContract(name, async () => {
    const real = await start();
    return {
      registry: real.registry,
      connect: () => connectRegistries({ environment: real.environment, maxAttempts: 2 }),
      [Symbol.asyncDispose]: async () => await real[Symbol.asyncDispose](),
    };
  });
}

describeReal("docker-registry with a login", startDockerRegistry);
describeReal("a registry with a referrers API", startReferrersRegistry);
