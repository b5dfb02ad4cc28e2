import { describe, expect, it } from "vitest";
import type { ReleaseReceipt } from "../model/index.ts";
import type { RepositoryName } from "../registry/index.ts";
import {
  denies,
  dies,
  diesUnheard,
  losesAnswer,
  type MemoryFault,
  onCall,
} from "../registry/memory/index.ts";
import { connectQuickly } from "../registry/testing/connect.ts";
import {
  type RegistryServer,
  type ServerFault,
  startRegistryServer,
} from "../registry/testing/registry-server.ts";
import { copyImage } from "./copy-image.ts";
import { ANY, APP, makeReleaseWorld, planWith } from "./testing/world.ts";

const OTHER = { registry: APP.registry, repository: "team/released" };

/** Compares a receipt with what the registry really names. */
function expectTrue(receipt: ReleaseReceipt, named: (tag: string) => string | undefined): void {
  for (const { tag, state } of receipt.tags) {
    if (state === "unknown") continue;
    expect({ tag, isSet: named(tag) === receipt.digest && receipt.digest !== undefined }).toEqual({
      tag,
      isSet: state === "set",
    });
  }
}

const unknown = ({ tags }: ReleaseReceipt) => tags.filter(({ state }) => state === "unknown").length;

describe.each<[string, RepositoryName]>([
  ["in one repository", APP],
  ["into another repository", OTHER],
])("a registry that dies at any call of a release %s", (_where, repository) => {
  const plan = planWith({ repository });

  it.each<[string, (options: { after: number }) => MemoryFault]>([
    ["before it does what it is asked", dies],
    ["after it has done that, and before it says so", diesUnheard],
  ])("%s: the receipt says which tags are set, and running it again completes", async (_when, fault) => {
    const calls = (await makeReleaseWorld().release({ plan })).receipt.traffic.requests;
    let lost = 0;
    for (let after = 0; after < calls; after += 1) {
      const world = makeReleaseWorld();
      const revive = world.registry.fault(fault({ after }));
      const { receipt, problems, exitCode } = await world.release({ plan });
      revive();
      expect(problems).toMatchObject([{ code: "REGISTRY_UNREACHABLE" }]);
      expect(exitCode).toBe(3);
      expectTrue(receipt, (tag) => world.registry.tagged(repository, tag));
      lost += unknown(receipt);
      expect((await world.release({ plan })).receipt.status).toBe("released");
    }
    // Of each tag it is unknown once: when it dies at the very call that sets it.
    expect(lost).toBe(plan.tags.length);
  });
});

describe("a registry that dies half way", () => {
  it("leaves a receipt that says which tags are set", async () => {
    const world = makeReleaseWorld();
    const { digest } = world.image.manifest;
    // Reading the image and two tags takes 4 calls, each tag 3.
    const revive = world.registry.fault(dies({ after: 7 }));
    const cut = await world.release();
    revive();
    expect(cut.receipt).toMatchObject({
      status: "failed",
      digest,
      tags: [
        { tag: "v1.4.2", after: digest, state: "set" },
        { tag: "latest", state: "not-set" },
      ],
      traffic: { requests: 8 },
    });
    const again = await world.release();
    expect(again.receipt).toMatchObject({
      status: "released",
      tags: [{ state: "unchanged" }, { state: "set" }],
    });
  });
});

describe("the answer to the setting of a tag is lost", () => {
  it("and the registry goes on: the tag is looked at, and the release with it", async () => {
    const world = makeReleaseWorld();
    world.registry.fault(onCall({ operation: "manifests.put", subject: "v1.4.2" }, losesAnswer));
    const { receipt, problems } = await world.release();
    expect(problems).toEqual([]);
    const after = world.image.manifest.digest;
    expect(receipt).toMatchObject({ status: "released", tags: [{ after, state: "set" }, { state: "set" }] });
  });

  it("and the user stops just then: the receipt knows that the tag is set", async () => {
    const world = makeReleaseWorld();
    const stop = new AbortController();
    world.registry.fault(
      onCall({ operation: "manifests.put", subject: "v1.4.2" }, (call) => {
        call.beforeAnswer(() => {
          stop.abort(new Error("stopped"));
          throw stop.signal.reason;
        });
      }),
    );
    const { receipt, exitCode } = await world.release({ signal: stop.signal });
    expect(exitCode).toBe(130);
    expect(receipt).toMatchObject({ status: "stopped", tags: [{ state: "set" }, { state: "not-set" }] });
    expect(world.registry.tagged(APP, "v1.4.2")).toBe(world.image.manifest.digest);
  });

  it("or it was never set: the receipt says what the tag names", async () => {
    const world = makeReleaseWorld();
    const old = world.registry.addImage(APP, { tag: "latest", layers: ["old"] }).manifest.digest;
    world.registry.fault(
      onCall({ operation: "manifests.put", subject: "latest" }, () => {
        throw new Error("the connection was lost");
      }),
    );
    const { receipt, problems } = await world.release();
    expect(problems).toMatchObject([{ message: expect.stringContaining("the connection was lost") }]);
    expect(receipt.tags[1]).toMatchObject({ before: old, after: old, state: "not-set" });
  });

  it("and the registry refuses the same request when it comes again: the tag is set all the same", async () => {
    const world = makeReleaseWorld();
    world.registry.fault(
      onCall({ operation: "manifests.put", subject: "v1.4.2" }, (call) => {
        call.beforeAnswer(() => denies()(call));
      }),
    );
    const { receipt, problems } = await world.release();
    expect(problems).toEqual([]);
    expect(receipt).toMatchObject({ status: "released", tags: [{ state: "set" }, { state: "set" }] });
  });

  it("or it was refused: the receipt says so", async () => {
    const world = makeReleaseWorld();
    world.registry.fault(denies("manifests.put"));
    const { receipt } = await world.release();
    expect(receipt.tags.map(({ state }) => state)).toEqual(["not-set", "not-set"]);
    // Reading the image and the tags, a look at the first, what was refused, and another look.
    expect(receipt.traffic.requests).toBe(7);
  });
});

/** Answers so many requests, carries out one more or not, and is gone. */
function serverDies(options: { after: number; unheard: boolean }): ServerFault {
  let left = options.after;
  return ({ stream }, response) => {
    left -= 1;
    if (left >= 0) return;
    if (left === -1 && options.unheard) {
      response.end = () => response.destroy();
      return;
    }
    stream.destroy();
    return true;
  };
}

describe("over HTTP", () => {
  /** A release of an image in a repository of its own. */
  async function releaseIn(server: RegistryServer, repository: string, fault?: ServerFault) {
    const world = makeReleaseWorld();
    const { client } = connectQuickly();
    await using registries = client;
    const name = { registry: server.registry, repository };
    const to = registries.repository(name);
    await copyImage({
      candidate: await world.candidate(),
      from: world.registries.repository(APP),
      to,
      signal: ANY,
    });
    const given = {
      plan: planWith({ repository: name }),
      image: { repository: name, reference: world.image.manifest.digest },
      registries,
    };
    const revive = fault === undefined ? undefined : server.fault(fault);
    const ended = await world.release(given);
    revive?.();
    const tags = await to.manifests.tags(ANY);
    const again = revive === undefined ? ended : await world.release(given);
    return { ...ended, tags, again };
  }

  it.each([false, true])("the same holds; the last call was carried out: %s", async (unheard) => {
    await using server = await startRegistryServer();
    const calls = (await releaseIn(server, "team/whole")).receipt.traffic.requests;
    let lost = 0;
    for (let after = 0; after < calls; after += 1) {
      const { receipt, problems, tags, again } = await releaseIn(
        server,
        `team/app-${after}`,
        serverDies({ after, unheard }),
      );
      expect(problems).toMatchObject([{ code: "REGISTRY_UNREACHABLE" }]);
      expectTrue(receipt, (tag) => (tags.includes(tag) ? receipt.digest : undefined));
      lost += unknown(receipt);
      expect(again.receipt.status).toBe("released");
    }
    expect(lost).toBe(2);
  });
});
