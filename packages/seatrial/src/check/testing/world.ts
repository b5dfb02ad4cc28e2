import type { Launcher } from "../../agent/index.ts";
import type { CheckSettings } from "../../config/index.ts";
import type { Engine } from "../../engine/index.ts";
import { createMemoryEngine } from "../../engine/memory/index.ts";
import { identityOf } from "../../image/index.ts";
import type {
  BuildSecret,
  CheckOutcome,
  Digest,
  ImageConfig,
  RunEvent,
  TestResult,
} from "../../model/index.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { CATALOGUE } from "../catalogue.ts";
import type { Check } from "../check.ts";
import type { CheckContext } from "../context.ts";
import { planChecks } from "../plan.ts";
import { runChecks } from "../run.ts";
import { digestOf } from "./archive.ts";
import { type TarFile, tarOf } from "./tar.ts";

export interface ImageSpec {
  /** Default: made of what it is. */
  id?: Digest;
  /** The lowest first: entries, or the bytes of a tar. */
  layers?: (readonly TarFile[] | Buffer)[];
  /** A line for each layer; `-` in front: it made none. */
  history?: string[];
  config?: Partial<ImageConfig>;
}

export interface CheckWorld extends ImageSpec {
  test?: ImageSpec;
  settings?: Partial<CheckSettings>;
  /** Variables and their values; undefined: not set. */
  secrets?: Record<string, string | undefined>;
  /** Those that are files, and their paths. */
  secretFiles?: Record<string, string>;
  instructions?: string[];
  measureTest?: boolean;
  /** Kept between two checks when it is given. */
  cacheFolder?: string;
  /** Takes the place of the engine that holds the images. */
  engine?: (real: Engine) => Engine;
  checks?: readonly Check[];
  signal?: AbortSignal;
}

export interface Checked {
  outcome: CheckOutcome;
  events: RunEvent[];
  exitCodes: number[];
  /** How often the engine was asked for an export. */
  exports: number;
  /** The case of this name, `check.<check> <case>`. */
  find(name: string): TestResult | undefined;
}

const NONE: CheckSettings = {
  absent: [],
  noSources: { enabled: false, globs: [] },
  secrets: { enabled: true, allow: [], allowEmpty: [] },
  files: {},
  labels: {},
  env: {},
  structure: [],
};

/** Only those that read layers: the others have engines and agents of their own in their tests. */
const STATIC = CATALOGUE.filter((check) => check.kind === "static");

/** Checks an image in an engine in memory. */
export async function check(world: CheckWorld): Promise<Checked> {
  const images = [imageOf("release", world), ...(world.test ? [imageOf("test", world.test)] : [])];
  const memory = createMemoryEngine({ images });
  let exports = 0;
  const counting: Engine = {
    ...memory,
    images: {
      ...memory.images,
      async export(references, signal) {
        exports += 1;
        return await memory.images.export(references, signal);
      },
    },
  };
  const engine = world.engine?.(counting) ?? counting;
  const { signal = new AbortController().signal } = world;
  const identity = async (name: string) => {
    const details = await memory.images.inspect(name, new AbortController().signal);
    if (details === undefined) throw new Error(`no image ${name}`);
    return identityOf(name, details);
  };
  await using folder = await createFolder({});
  const secrets: BuildSecret[] = [
    ...Object.keys(world.secrets ?? {}).map((id) => ({ id, from: { kind: "env", variable: id } as const })),
    ...Object.entries(world.secretFiles ?? {}).map(([id, path]) => ({
      id,
      from: { kind: "file", path } as const,
    })),
  ];
  const events: RunEvent[] = [];
  const exitCodes: number[] = [];
  const release = await identity("release");
  const context: CheckContext = {
    run: "r1",
    release,
    test: world.test && (await identity("test")),
    engine,
    launcher: NO_LAUNCHER,
    labels: {},
    network: async () => "network",
    ready: async () => undefined,
    env: world.secrets ?? {},
    cacheFolder: world.cacheFolder ?? folder.path,
    log: { file: "check.log", write: async () => undefined, lastLines: () => [] },
    emit: (event) => events.push(event),
    note: () => undefined,
    onError: (exitCode) => exitCodes.push(exitCode),
    now: () => performance.now(),
    signal,
  };
  const plan = planChecks({
    settings: { ...NONE, ...world.settings },
    release: "release",
    secrets,
    instructions: world.instructions,
    measureTest: world.measureTest,
  });
  const outcome = await runChecks(plan, context, world.checks ?? STATIC);
  return {
    outcome,
    events,
    exitCodes,
    exports,
    find: (name) => outcome.results.find((test) => `${test.group} ${test.name}` === name),
  };
}

/** What a case of a check says. */
export function textOf(test: TestResult | undefined): string {
  return [test?.status, test?.message, test?.output].filter((part) => part !== undefined).join("\n");
}

const NO_LAUNCHER: Launcher = {
  prepare: async () => undefined,
  launch: async () => {
    throw new Error("no container is started here");
  },
  reserve: async () => {
    throw new Error("no network is claimed here");
  },
};

function imageOf(name: string, { id, layers = [[]], history, config }: ImageSpec) {
  const tars = layers.map((layer) => (Buffer.isBuffer(layer) ? layer : tarOf(layer as readonly TarFile[])));
  return {
    reference: name,
    // The same image has the same id, as it has in an engine.
    id: id ?? digestOf(JSON.stringify([name, config, history, tars.map(digestOf)])),
    config,
    tars,
    history: (history ?? layers.map((_, at) => `RUN step-${at + 1}`)).map((line) => ({
      line: line.replace(/^-/, ""),
      empty: line.startsWith("-"),
    })),
  };
}
