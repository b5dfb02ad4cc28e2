import { describeRegistryContract } from "../contract.ts";
import { type RegistryServerOptions, startRegistryServer } from "../testing/registry-server.ts";
import { connectRegistries } from "./index.ts";

function describeServer(name: string, options: RegistryServerOptions): void {
  describeRegistryContract(name, async () => {
    const server = await startRegistryServer(options);
    return {
      registry: server.registry,
      connect: () => connectRegistries({ environment: { HOME: "/nonexistent" }, certificateFolders: [] }),
      [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
    };
  });
}

describeServer("oci, with a referrers API", { pageSize: 2 });
describeServer("oci, without a referrers API", { referrersApi: false });
describeServer("oci, with tokens for anybody", { auth: { kind: "token" } });
