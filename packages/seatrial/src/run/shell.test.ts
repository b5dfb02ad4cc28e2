import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { FakeAgentOptions } from "../agent/testing/index.ts";
import { fakeDocker } from "../compose/testing/docker.ts";
import { PLAIN_SECURITY, type RunEvent, type SuiteSpec } from "../model/index.ts";
import { servicePlan } from "../services/testing/world.ts";
import { createBroker, openEndpoint, unwrittenJournal } from "../spaces/index.ts";
import { createMemoryKind, memoryServer } from "../spaces/memory/index.ts";
import { dial } from "../spaces/testing/dial.ts";
import { spacePlan } from "../spaces/testing/plan.ts";
import type { OwnerClient } from "./infrastructure/control-client.ts";
import { runLabels } from "./labels.ts";
import { claimNetwork } from "./network.ts";
import { joinRun, openShell } from "./shell.ts";
import { planWith, suiteWith, targetWith } from "./testing/plan.ts";
import { makeRunWorld, type RunWorld, type Scripts } from "./testing/running.ts";

const signal = new AbortController().signal;
const serving: FakeAgentOptions = {
  probe: () => ({ ready: true, saw: "accepted" }),
  async *processes(_spec, io) {
    yield { stdout: "up\n" };
    await io.nextSignal();
  },
};
const image = new Map([["/bin/sh", { content: "a shell" }]]);

/** A shell that repeats what it is told. */
const repeating: FakeAgentOptions = {
  files: image,
  async *processes(spec, io) {
    yield { stdout: `${spec.argv.join(" ")} in ${spec.env?.["SEATRIAL_RUN"]}\n` };
    yield { stderr: "what is wrong\n" };
    for await (const chunk of io.stdin) yield { stdout: `you said ${chunk}` };
    yield { exit: 4 };
  },
};

function ends(input: string) {
  const output = new PassThrough();
  let text = "";
  output.on("data", (chunk) => {
    text += chunk;
  });
  const errors = new PassThrough();
  let wrong = "";
  errors.on("data", (chunk) => {
    wrong += chunk;
  });
  const keys = new PassThrough();
  keys.end(input);
  return {
    ends: {
      input: keys as unknown as NodeJS.ReadStream,
      output: output as unknown as NodeJS.WriteStream,
      errors,
    },
    text: () => text,
    wrong: () => wrong,
  };
}

/** What was told of the shell's way, in order. */
function toldOf({ events }: RunWorld, { name }: SuiteSpec): (string | undefined)[] {
  return events.flatMap((event) => ("node" in event && event.node.name === name ? [wordsOf(event)] : []));
}

function wordsOf(event: RunEvent): string | undefined {
  if (event.type === "node-finished") return `${event.state}: ${event.note}`;
  return "note" in event ? event.note : undefined;
}

async function shell(
  scripts: Scripts,
  suite: SuiteSpec,
  plan: Parameters<typeof planWith>[0] = {},
  memory = createMemoryKind(),
) {
  const docker = await fakeDocker("exit 0");
  const images = ["seatrial/shop:test.r1"];
  const spaceKinds = async () => memory.driver;
  await using world = await makeRunWorld({ scripts, images, context: { env: docker.env, spaceKinds } });
  const typed = ends("ls\n");
  const exit = await openShell({
    plan: planWith({ suites: [suite], ...plan }),
    suite,
    context: world.context,
    ends: typed.ends,
  }).catch((error: unknown) => error);
  const held = await world.engine.images.inspect("seatrial/shop:test.r1", signal);
  const told = toldOf(world, suite);
  return { exit, text: typed.text(), wrong: typed.wrong(), left: await world.left(), held, told };
}

describe("a shell", () => {
  it("is the image's, beside its suite's services, and leaves nothing behind", async () => {
    const built = suiteWith({ needs: ["db"], image: { kind: "target", target: "test" } });
    const plan = { services: [servicePlan()], targets: [targetWith("test")] };
    const scripts = { db: serving, "shell-unit": repeating };
    const { exit, text, wrong, left, held, told } = await shell(scripts, built, plan);
    expect(told).toEqual(["waiting for db", "waiting for db", "starting its container", "passed: open"]);
    expect(text).toBe("/bin/sh in r1\nyou said ls\n");
    expect(wrong).toBe("what is wrong\n");
    expect(exit).toMatchObject({ code: 4 });
    expect(left).toEqual([]);
    // Also the name that held its image while it was needed.
    expect(held).toBeUndefined();
  });

  it("runs as the suite's processes do", async () => {
    const security = { ...PLAIN_SECURITY, groupAdd: ["audio"] };
    const suite = suiteWith({ user: "app", workingDir: "/tests", security });
    const seen: unknown[] = [];
    const watching: FakeAgentOptions = {
      ...repeating,
      async *processes(spec, io) {
        seen.push(spec);
        for await (const _chunk of io.stdin) yield { stdout: "." };
        yield { exit: 0 };
      },
    };
    await shell({ "shell-unit": watching }, suite);
    expect(seen).toMatchObject([{ user: "app", workingDir: "/tests", groupAdd: ["audio"] }]);
  });

  it("is not there in an image without one, which is told with what to do", async () => {
    const { exit, left } = await shell({ "shell-unit": { processes: () => [] } }, suiteWith());
    expect(exit).toMatchObject({ code: "SHELL_MISSING", hint: expect.stringContaining("--command") });
    expect(left).toEqual([]);
  });

  it("is given up at once when a service fails, with that reason", async () => {
    const failing: FakeAgentOptions = {
      probe: () => ({ ready: false, saw: "refused" }),
      processes: () => [{ exit: 9 }],
    };
    const { exit, left, told } = await shell({ db: failing, other: hanging }, needy, {
      services: [servicePlan(), servicePlan({ name: "other", readiness: patient })],
    });
    expect(exit).toMatchObject({ code: "SERVICE_EXITED" });
    expect(told.at(-1)).toBe("skipped: not opened");
    expect(left).toEqual([]);
  });

  it("is given up at once when its image cannot be had, however long services take", async () => {
    const gone = suiteWith({ image: { kind: "reference", reference: "nowhere:1", pull: "missing" } });
    const { exit, left, told } = await shell({ db: hanging }, gone, {
      services: [servicePlan({ readiness: patient })],
    });
    expect(exit).toMatchObject({ code: "IMAGE_NOT_FOUND" });
    expect(told).toEqual(["waiting for its image", "pulling nowhere:1", "failed: not opened"]);
    expect(left).toEqual([]);
  });
});

/** A suite whose tests have a space, and a shell that tells what it finds of it. */
const named = suiteWith({
  needs: ["db"],
  env: { LEVEL: "debug" },
  spaces: { URL: { space: "db", part: "url" }, NAME: { space: "db", part: "name" } },
});

function telling(code: number) {
  const found: Record<string, string>[] = [];
  const script: FakeAgentOptions = {
    files: image,
    processes(spec) {
      found.push(spec.env ?? {});
      return [{ exit: code }];
    },
  };
  return { found, script };
}

describe("a shell of a suite with spaces", () => {
  const plan = { services: [servicePlan()], spaces: [spacePlan()], earlySpaces: ["db"] };

  it("finds what a process of the suite finds, a space of its own included", async () => {
    const { found, script } = telling(0);
    const { exit, left, told } = await shell({ db: serving, "shell-unit": script }, named, plan);
    expect(exit).toMatchObject({ code: 0 });
    expect(told.slice(-2)).toEqual(["waiting for its spaces", "passed: open"]);
    const [env] = found;
    expect(env).toMatchObject({ LEVEL: "debug", SEATRIAL_SUITE: "unit", SEATRIAL_RUN: "r1" });
    expect(env?.["URL"]).toMatch(/^memory:\/\/.*@db:5432\/st_[0-9a-f]{8}_/);
    expect(env?.["URL"]?.endsWith(`/${env["NAME"]}`)).toBe(true);
    expect(env?.["SEATRIAL_BROKER"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(env?.["SEATRIAL_TOKEN"]).toBeTruthy();
    expect(left).toEqual([]);
  });

  it("is not opened without it, and says why", async () => {
    const memory = createMemoryKind();
    memory.fault = ({ call }) => (call === "make" ? { kind: "fail" } : undefined);
    const { found, script } = telling(0);
    const hurried = { ...named, timeout: 200 };
    const { exit, left } = await shell({ db: serving, "shell-unit": script }, hurried, plan, memory);
    expect(exit).toMatchObject({ code: expect.stringMatching(/^SPACE_/) });
    expect([found, left]).toEqual([[], []]);
  });

  it("in a kept run has it from that run's owner, who has it back whatever the shell ended with", async () => {
    const { found, script } = telling(7);
    const memory = createMemoryKind();
    const spaceKinds = async () => memory.driver;
    await using world = await makeRunWorld({ scripts: { "shell-unit": script }, context: { spaceKinds } });
    const plans = [spacePlan()];
    await using broker = createBroker({
      plans,
      kind: spaceKinds,
      server: async (service) => memoryServer(service),
      runStep: async () => undefined,
      journal: unwrittenJournal(),
      signal,
    });
    await using admin = openEndpoint({
      broker,
      plans,
      kind: spaceKinds,
      caller: { run: "kept", suite: "", admin: true },
      reach: { address: async (host, port) => ({ host, port }) },
      token: null,
    });
    const services = [{ outcome: { name: "db" }, names: ["db"], ports: [5432] }];
    const owner = {
      describe: async () => ({ definitions: plans, services }),
      dialBroker: async () => dial(admin),
    } as unknown as OwnerClient;
    const tests = await world.engine.images.inspect("tests:1", signal);
    if (tests === undefined) throw new Error("no image");
    const { id: network } = await claimOfKept(world);
    const exit = await joinRun({
      plan: planWith({ services: [servicePlan()] }),
      suite: named,
      context: world.context,
      run: "kept",
      owner,
      network,
      image: tests,
      ends: ends("").ends,
    });
    expect(exit).toMatchObject({ code: 7 });
    expect(found[0]).toMatchObject({ SEATRIAL_RUN: "kept", NAME: expect.stringMatching(/^st_/) });
    const [outcome] = await broker.outcomes({ run: "kept", suite: "unit" });
    expect(outcome).toMatchObject({ leased: 1, kept: [] });
    expect((await broker.list()).filter(({ state }) => state === "leased")).toEqual([]);
  });
});

/** Of a run that somebody else owns. */
async function claimOfKept({ context }: RunWorld) {
  const run = "kept";
  const labels = runLabels({ run, project: "shop" });
  const pool = { pool: "10.9.0.0/24", size: 26 };
  return await claimNetwork({ ...context, run, labels, pool, onLost: () => undefined, signal });
}

const needy = suiteWith({ needs: ["db", "other"] });
const patient = { probes: [{ kind: "tcp", port: 1 } as const], deadline: 60_000 };
const hanging: FakeAgentOptions = {
  probe: () => ({ ready: false, saw: "refused" }),
  async *processes(_spec, io) {
    yield { stdout: "starting\n" };
    await io.nextSignal();
  },
};

it("a shell in a run whose owner ended while it was being opened is not opened, and leaves nothing", async () => {
  await using world = await makeRunWorld({ scripts: { "shell-unit": repeating } });
  const found = await world.engine.images.inspect("tests:1", signal);
  if (found === undefined) throw new Error("no image");
  const claimed = await claimOfKept(world);
  const { start, list, remove } = world.engine.workloads;
  world.engine.workloads.start = async (id, given) => {
    await start(id, given);
    const claims = (await list({}, signal)).filter(({ name }) => name.endsWith("-claim"));
    for (const claim of claims) await remove(claim.id, signal);
  };
  const typed = ends("");
  const joining = joinRun({
    plan: planWith(),
    suite: suiteWith(),
    context: world.context,
    run: "kept",
    owner: undefined,
    network: claimed.id,
    image: found,
    ends: typed.ends,
  });
  await expect(joining).toThrowWithCode("OWNER_AWAY");
  expect(typed.text()).toBe("");
  expect(await world.left()).toEqual([]);
});

it("a shell in a kept run shares that run's name and volumes, and counts as its guest", async () => {
  await using world = await makeRunWorld({ scripts: { "shell-unit": repeating } });
  const [found] = await Promise.all([
    world.engine.images.inspect("tests:1", signal),
    world.engine.volumes.create("seatrial-kept-data", {}, signal),
  ]);
  if (found === undefined) throw new Error("no image");
  const { id: network } = await claimOfKept(world);
  const typed = ends("");
  const specs: object[] = [];
  const { create } = world.engine.workloads;
  world.engine.workloads.create = (spec, given) => {
    specs.push(spec);
    return create(spec, given);
  };
  await joinRun({
    plan: planWith(),
    suite: suiteWith({ mounts: [{ kind: "volume", name: "data", target: "/data", readOnly: false }] }),
    context: world.context,
    run: "kept",
    owner: undefined,
    network,
    image: found,
    ends: typed.ends,
  });
  expect(typed.text()).toContain("in kept");
  const own = specs.at(-1);
  expect(own).toMatchObject({
    name: "seatrial-r1-shell-unit",
    labels: { "seatrial.run": "kept", "seatrial.guest": "kept" },
    mounts: expect.arrayContaining([expect.objectContaining({ name: "seatrial-kept-data" })]),
  });
});
