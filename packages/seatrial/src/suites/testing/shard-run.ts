import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ImageConfig, RunEvent, SuiteSpec, TestResult } from "../../model/index.ts";
import { resultsFolder } from "../results-folder.ts";
import { runShard, type ShardOptions, type ShardOutcome } from "../shard.ts";
import { type LocalAgent, type LocalAgentOptions, localAgent } from "./local-agent.ts";

/** A suite with nothing special about it. */
export function suiteSpec(changes: Partial<SuiteSpec> = {}): SuiteSpec {
  return {
    name: "unit",
    runner: "command",
    image: { kind: "target", target: "test" },
    testdata: {},
    artifacts: [],
    needs: [],
    env: {},
    files: [],
    mounts: [],
    extraHosts: [],
    shards: 1,
    parallel: 2,
    timeout: 20_000,
    allowEmpty: false,
    limits: {},
    ...changes,
  };
}

/** An image that says nothing about itself. */
export function plainImage(changes: Partial<ImageConfig> = {}): ImageConfig {
  return {
    user: "",
    env: {},
    entrypoint: [],
    command: [],
    workingDir: "",
    volumes: [],
    ports: [],
    labels: {},
    ...changes,
  };
}

/** A folder of this machine with a container's results in `results`, and what was taken of them in `host`. */
export interface Place extends AsyncDisposable {
  root: string;
  results: string;
  host: string;
}

export async function tempPlace(): Promise<Place> {
  const root = await mkdtemp(path.join(tmpdir(), "seatrial-suite-"));
  return {
    root,
    results: path.join(root, "results"),
    host: path.join(root, "host"),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

export interface ShardRun extends ShardOutcome {
  events: RunEvent[];
  tests: TestResult[];
  /** Everything that was logged. */
  text: string;
  agent: LocalAgent;
}

/** Runs a shard on this machine and keeps what it told. */
export async function runLocalShard(options: {
  place: Place;
  spec: Partial<SuiteSpec>;
  image?: Partial<ImageConfig> | undefined;
  agent?: LocalAgentOptions | LocalAgent | undefined;
  shard?: { index: number; count: number } | undefined;
  more?: Partial<ShardOptions> | undefined;
}): Promise<ShardRun> {
  const { place } = options;
  const events: RunEvent[] = [];
  const chunks: Buffer[] = [];
  const given = options.agent ?? {};
  const agent = "run" in given ? given : localAgent(given);
  const outcome = await runShard({
    workload: { agent, exit: new Promise(() => undefined) },
    run: "r1",
    spec: suiteSpec({ workingDir: place.root, ...options.spec }),
    shard: options.shard ?? { index: 1, count: 1 },
    image: plainImage(options.image),
    host: {},
    emit: (event) => void events.push(event),
    log: {
      async write(_stream, chunk) {
        chunks.push(Buffer.from(chunk));
      },
      lastLines: (count) => Buffer.concat(chunks).toString().trimEnd().split("\n").slice(-count),
    },
    results: resultsFolder(place.host),
    resultsFolder: place.results,
    grace: 300,
    now: () => performance.now(),
    onEngineLost: () => undefined,
    signal: new AbortController().signal,
    ...options.more,
  });
  const tests = events.flatMap((event) => (event.type === "test-finished" ? [event.test] : []));
  return { ...outcome, events, tests, text: Buffer.concat(chunks).toString(), agent };
}
