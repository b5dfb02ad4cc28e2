import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agentBinary, createLauncher, type Launcher } from "../agent/index.ts";
import { buildRealAgent } from "../agent/testing/real-agent.ts";
import { connectDocker, resolveEndpoint } from "../engine/docker/index.ts";
import type { Engine } from "../engine/index.ts";
import { type ImageDetails, PLAIN_SECURITY, type RunEvent, type SuiteSpec } from "../model/index.ts";
import { suiteContainer } from "./container.ts";
import { resultsFolder } from "./results-folder.ts";
import { runSuite, type SuiteOptions } from "./run.ts";
import { suiteSpec, tempPlace } from "./testing/shard-run.ts";

const signal = new AbortController().signal;
const run = `suites-${randomBytes(4).toString("hex")}`;
const labels = { "seatrial.test": run };
const tag = `seatrial-test-suites:${run}`;
const fixture = path.resolve(import.meta.dirname, "../../../../fixtures/suites/go");

let engine: Engine;
let launcher: Launcher;
let network = "";
let scratch: ImageDetails;
let debian: ImageDetails;

beforeAll(async () => {
  await buildRealAgent();
  engine = connectDocker({ endpoint: await resolveEndpoint(process.env), environment: process.env });
  launcher = createLauncher({ engine, agentBinary });
  const args = [
    "buildx",
    "build",
    "--builder",
    "default",
    "--load",
    "--provenance=false",
    "-t",
    tag,
    fixture,
  ];
  await promisify(execFile)("docker", args, { env: { ...process.env, ...engine.commandEnvironment } });
  scratch = await imageOf(tag);
  debian = await imageOf("debian:13");
  network = await anyNetwork();
}, 600_000);

afterAll(async () => {
  for (const { id } of await engine.workloads.list(labels, signal)) await engine.workloads.remove(id, signal);
  await engine.networks.remove(network, signal);
  await engine.images.remove(tag, signal);
  await engine[Symbol.asyncDispose]();
});

async function imageOf(reference: string): Promise<ImageDetails> {
  const found = await engine.images.inspect(reference, signal);
  return found ?? (await engine.images.pull(reference, { onProgress: () => undefined, signal }));
}

/** A small network in a range that nothing else here uses. */
async function anyNetwork(): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    const [a = 0, b = 0] = randomBytes(2);
    const spec = { name: run, labels, subnet: `10.${200 + (a % 50)}.${b}.0/28`, internal: false };
    try {
      return await engine.networks.create(spec, signal);
    } catch (error) {
      if (attempt > 10) throw error;
    }
  }
}

async function runInContainer(options: {
  image: ImageDetails;
  spec: Partial<SuiteSpec>;
  host: string;
  more?: Partial<SuiteOptions>;
}) {
  const { image } = options;
  const spec = suiteSpec({ name: `s-${randomBytes(3).toString("hex")}`, timeout: 60_000, ...options.spec });
  const events: RunEvent[] = [];
  let bytes = 0;
  let most = 0;
  const outcome = await runSuite({
    run,
    spec,
    image: image.config,
    imageId: image.id,
    host: {},
    emit: (event) => void events.push(event),
    log: {
      async write(_, chunk) {
        bytes += chunk.length;
        most = Math.max(most, process.memoryUsage().rss);
      },
      lastLines: () => [],
    },
    launch: (shard, each) =>
      launcher.launch(suiteContainer({ run, spec, shard, imageId: image.id, network, labels }), each),
    results: () => resultsFolder(options.host),
    grace: 2_000,
    now: () => performance.now(),
    onEngineLost: () => undefined,
    signal,
    ...options.more,
  });
  const tests = events.flatMap((event) => (event.type === "test-finished" ? [event.test] : []));
  return { outcome, tests, events, bytes, most };
}

describe("an image from scratch, without shell, /tmp and root", () => {
  const go: Partial<SuiteSpec> = { runner: "go", binaries: "/tests/fine" };

  test("runs its tests in their package's folder and gives its results", async () => {
    await using place = await tempPlace();
    const { outcome, tests } = await runInContainer({ image: scratch, spec: go, host: place.host });
    expect(outcome).toMatchObject({
      status: "passed",
      counts: { passed: 3, failed: 0, skipped: 0 },
      problem: undefined,
    });
    expect(tests[0]?.group).toBe("example.com/shop/writes");
    expect(await readFile(`${place.host}/written.txt`, "utf8")).toBe("by a test");
  });

  test("does so with a read-only root as well", async () => {
    await using place = await tempPlace();
    const security = { ...PLAIN_SECURITY, readOnlyRoot: true };
    const { outcome } = await runInContainer({ image: scratch, spec: { ...go, security }, host: place.host });
    expect(outcome).toMatchObject({ status: "passed", counts: { passed: 3 } });
    expect(existsSync(`${place.host}/written.txt`)).toBe(true);
  });

  test("reports failures, panics and exits as Go does", async () => {
    await using place = await tempPlace();
    const spec = { ...go, binaries: "/tests/out", shards: 2 };
    const { outcome, tests } = await runInContainer({ image: scratch, spec, host: place.host });
    expect(outcome).toMatchObject({ status: "failed", shards: 2, problem: undefined });
    const messages = Object.fromEntries(tests.map((each) => [each.name, each.message]));
    expect(messages["TestFail"]).toBe("mixed_test.go:13: got 1, want 2");
    expect(messages["TestPanics/inside"]).toMatch(/^panic: assignment to entry in nil map/);
    expect(messages["TestExits"]).toContain("ended with exit code 3");
  });

  test("that hangs is ended at its limit, its finished tests kept", async () => {
    await using place = await tempPlace();
    const spec = { ...go, binaries: "/tests/slow", timeout: 4_000 };
    const { outcome } = await runInContainer({ image: scratch, spec, host: place.host });
    expect(outcome).toMatchObject({
      status: "failed",
      counts: { passed: 1, failed: 2 },
      problem: { code: "SUITE_TIMED_OUT" },
    });
    expect(outcome.problem?.message).toContain("TestHangs/forever");
  });
});

describe("an image with a shell", () => {
  const shell = (script: string): Partial<SuiteSpec> => ({
    runner: "command",
    command: ["sh", "-c", script],
  });

  test("100 MB of output arrive whole, in bounded memory", async () => {
    await using place = await tempPlace();
    const before = process.memoryUsage().rss;
    const spec = shell("yes 0123456789012345678901234567890123456789 | head -c 100000000");
    const { outcome, bytes, most } = await runInContainer({ image: debian, spec, host: place.host });
    expect(outcome.status).toBe("passed");
    expect(bytes).toBe(100_000_000);
    expect(most - before).toBeLessThan(150_000_000);
  });

  test("a suite that ignores TERM is killed, with its children, and its files are taken", async () => {
    await using place = await tempPlace();
    const spec = shell("trap '' TERM; echo kept > $SEATRIAL_RESULTS/kept; sleep 1000 & sleep 1000");
    const started = performance.now();
    const { outcome } = await runInContainer({
      image: debian,
      spec: { ...spec, timeout: 1_500 },
      host: place.host,
    });
    expect(outcome).toMatchObject({ status: "failed", problem: { code: "SUITE_TIMED_OUT" } });
    expect(await readFile(`${place.host}/kept`, "utf8")).toBe("kept\n");
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test("a suite that is stopped gives its files", async () => {
    await using place = await tempPlace();
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("stopped")), 3_000);
    const spec = shell("echo kept > $SEATRIAL_RESULTS/kept; exec sleep 1000");
    const { outcome } = await runInContainer({
      image: debian,
      spec,
      host: place.host,
      more: { signal: stop.signal },
    });
    expect(outcome.status).toBe("stopped");
    expect(existsSync(`${place.host}/kept`)).toBe(true);
  });

  test("a suite that outgrows its memory is told from one that fails", async () => {
    await using place = await tempPlace();
    const spec = { ...shell("tail /dev/zero"), limits: { memoryBytes: 64_000_000 } };
    const { outcome } = await runInContainer({ image: debian, spec, host: place.host });
    expect(outcome).toMatchObject({ status: "failed", problem: { code: "SUITE_OUT_OF_MEMORY" } });
  });

  test("a container that is removed in the middle keeps what had streamed, and says so", async () => {
    await using place = await tempPlace();
    const script = "echo 1..2; echo ok 1 - first; echo '# next'; exec sleep 1000";
    const spec: Partial<SuiteSpec> = { runner: "tap", command: ["sh", "-c", script] };
    const { outcome, tests } = await runInContainer({
      image: debian,
      spec,
      host: place.host,
      more: {
        log: {
          lastLines: () => [],
          async write() {
            const [container] = await engine.workloads.list({ ...labels, "seatrial.shard": "1" }, signal);
            if (container !== undefined) await engine.workloads.remove(container.id, signal);
          },
        },
      },
    });
    expect(outcome).toMatchObject({ status: "failed", problem: { code: "AGENT_LOST" } });
    expect(tests).toMatchObject([{ name: "first", status: "passed" }]);
  });

  test("a command that is not in the image is a clear problem", async () => {
    await using place = await tempPlace();
    const spec: Partial<SuiteSpec> = { runner: "pytest", command: ["pytest"] };
    const { outcome } = await runInContainer({ image: debian, spec, host: place.host });
    expect(outcome).toMatchObject({ status: "failed", problem: { code: "PROCESS_NOT_STARTED" } });
    expect(outcome.problem?.message).toContain("pytest");
  });
});
