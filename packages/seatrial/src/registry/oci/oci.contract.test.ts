import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { describeRegistryContract } from "../contract.ts";
import { freshBlob } from "../testing/content.ts";
import { startCuttingProxy } from "../testing/cutting-proxy.ts";
import {
  REAL_LOGIN,
  type RealRegistry,
  startDockerRegistry,
  startReferrersRegistry,
} from "../testing/real-registry.ts";
import { connectRegistries } from "./index.ts";

const MB = 1024 * 1024;

describe.each([
  ["docker-registry with a login", startDockerRegistry],
  ["a registry with a referrers API", startReferrersRegistry],
])("%s", (name, start) => {
  let real: RealRegistry | undefined;
  const registry = () => {
    if (real === undefined) throw new Error("the registry does not run");
    return real;
  };
  beforeAll(async () => {
    real = await start();
  });
  afterAll(async () => await real?.[Symbol.asyncDispose]());

  describeRegistryContract(name, async () => ({
    registry: registry().registry,
    connect: () => connectRegistries({ environment: registry().environment, maxAttempts: 2 }),
    [Symbol.asyncDispose]: async () => undefined,
  }));

  test.each([
    ["up", 5 * MB],
    ["up", 20 * MB],
    ["down", 5 * MB],
  ] as const)(
    "a network that is cut on the way %s after %i bytes, again and again, costs no blob",
    async (direction, after) => {
      await using proxy = await startCuttingProxy({
        target: registry().registry,
        direction,
        after,
        times: 2,
      });
      const auths = { [proxy.address]: { auth: btoa(`${REAL_LOGIN.username}:${REAL_LOGIN.password}`) } };
      await using home = await createFolder({ ".docker/config.json": JSON.stringify({ auths }) });
      const notes: string[] = [];
      await using client = connectRegistries({
        environment: { HOME: home.path },
        onRetry: (note) => notes.push(note),
      });
      const app = client.repository({ registry: proxy.address, repository: "team/cut" });
      const { signal } = new AbortController();
      const blob = freshBlob(24 * MB);
      await app.blobs.put(blob, signal);
      const bytes = await buffer(await app.blobs.open(blob, signal));
      expect(bytes.equals(blob.bytes)).toBe(true);
      expect(proxy.cuts()).toBeGreaterThan(0);
      expect(notes.length).toBeGreaterThanOrEqual(proxy.cuts());
    },
  );
});
