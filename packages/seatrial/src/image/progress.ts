import { createJsonStream } from "./json-stream.ts";

/** What the build has done so far, from BuildKit's own status messages (`--progress=rawjson`). */
export interface BuildProgress {
  write(text: string): void;
  end(): void;
  /** Finished steps of the Dockerfiles, each once for all targets that share it; steps of BuildKit's own do not count. */
  counts(): { steps: number; cached: number };
  /** The same for each stage of the Dockerfile that the targets of these keys have in common, by its name in lower case. */
  stages(targets: ReadonlySet<string>): Map<string, { steps: number; cached: number }>;
  /** The step that failed, with its last lines. */
  failure(): { step: string; error: string; lastLines: string[] } | undefined;
  /** Lines that were no status message: warnings and errors of the plugin itself. */
  messages(): string[];
}

interface Vertex {
  name: string;
  started: boolean;
  completed: boolean;
  cached: boolean;
  error: string | undefined;
  /** What it printed last; the last one may not have ended. */
  lines: string[];
}

const KEPT_LINES = 30;
const LONGEST_LINE = 4_000;
const KEPT_MESSAGES = 200;

/** Reads BuildKit's status stream; tells `onNote` what is being done and `onOutput` what the steps print. */
export function createBuildProgress(options: {
  onNote: (note: string) => void;
  onOutput: (text: string) => void;
  /** The target's key by its name in bake's file; undefined for what is none. */
  keyOf?: ((name: string) => string | undefined) | undefined;
  /** What a target is built from, by its key and in any words: targets of one source share their steps. */
  sourceOf?: ((target: string) => string | undefined) | undefined;
}): BuildProgress {
  const vertexes = new Map<string, Vertex>();
  /** In the order in which they began. */
  const running = new Set<Vertex>();
  let said = "";
  const messages: string[] = [];

  const stream = createJsonStream({
    onValue: takeStatus,
    onText: (line) => {
      if (messages.length < KEPT_MESSAGES) messages.push(line);
    },
  });

  function takeStatus(value: unknown): void {
    const status = value as { vertexes?: unknown; logs?: unknown };
    for (const vertex of listOf(status.vertexes)) takeVertex(vertex);
    for (const log of listOf(status.logs)) takeLog(log);
    tell(longest());
  }

  /** Of what goes on, what has done so for the longest: a step, or between steps what BuildKit does by itself. */
  function longest(): Vertex | undefined {
    const all = [...running];
    return all.find(({ name }) => isStep(name)) ?? all[0];
  }

  function tell(vertex: Vertex | undefined): void {
    if (vertex === undefined || vertex.name === said) return;
    said = vertex.name;
    options.onNote(said.replace(DIGEST, ""));
  }

  function takeVertex(raw: Record<string, unknown>): void {
    const id = String(raw["digest"]);
    const known = vertexes.get(id) ?? {
      name: "",
      started: false,
      completed: false,
      cached: false,
      error: undefined,
      lines: [""],
    };
    vertexes.set(id, known);
    if (typeof raw["name"] === "string") known.name = withKey(raw["name"]);
    if (raw["cached"] === true) known.cached = true;
    if (typeof raw["error"] === "string" && raw["error"] !== "") known.error = raw["error"];
    if (raw["started"] !== undefined && !known.started) {
      known.started = true;
      if (!known.cached) running.add(known);
      // It may be over before anything else is told.
      if (longest() === known && isStep(known.name)) tell(known);
    }
    if (raw["completed"] !== undefined) {
      known.completed = true;
      running.delete(known);
    }
  }

  function withKey(name: string): string {
    return name.replace(/^\[(\S+) /, (_whole, target) => `[${options.keyOf?.(target) ?? target} `);
  }

  function takeLog(raw: Record<string, unknown>): void {
    const text = Buffer.from(String(raw["data"] ?? ""), "base64").toString();
    if (text === "") return;
    options.onOutput(text);
    const vertex = vertexes.get(String(raw["vertex"]));
    if (vertex === undefined) return;
    const [rest = "", ...lines] = text.split("\n");
    vertex.lines.push(((vertex.lines.pop() ?? "") + rest).slice(-LONGEST_LINE), ...lines);
    if (vertex.lines.length > KEPT_LINES) vertex.lines.splice(0, vertex.lines.length - KEPT_LINES);
  }

  /** Whether each step was cached. */
  function stepsDone(): Map<string, boolean> {
    const cached = new Map<string, boolean>();
    for (const vertex of vertexes.values()) {
      if (!vertex.completed || !isStep(vertex.name)) continue;
      const step = stepOf(vertex.name, options.sourceOf);
      cached.set(step, vertex.cached && cached.get(step) !== false);
    }
    return cached;
  }

  return {
    write: stream.write,
    end: stream.end,
    counts: () => {
      const cached = [...stepsDone().values()];
      return { steps: cached.length, cached: cached.filter(Boolean).length };
    },
    stages(targets) {
      const stages = new Map<string, { steps: number; cached: number }>();
      const names = new Map([...vertexes.values()].map(({ name }) => [stepOf(name, options.sourceOf), name]));
      for (const [step, cached] of stepsDone()) {
        const [, target = "", stage = ""] = STEP_NAME.exec(names.get(step) ?? "") ?? [];
        if (!targets.has(target)) continue;
        const counts = stages.get(stage.toLowerCase()) ?? { steps: 0, cached: 0 };
        stages.set(stage.toLowerCase(), { steps: counts.steps + 1, cached: counts.cached + Number(cached) });
      }
      return stages;
    },
    failure() {
      const failed = [...vertexes.values()].filter(
        ({ error, name }) => error !== undefined && !CACHE_IMPORT.test(name),
      );
      // A step that was cancelled because of another's failure is not the cause.
      const cause =
        failed.find((vertex) => !/context canceled|cancelled/i.test(vertex.error ?? "")) ?? failed[0];
      if (cause === undefined) return undefined;
      return {
        step: cause.name,
        error: cause.error ?? "",
        lastLines: cause.lines.filter((line) => line.trim() !== ""),
      };
    },
    messages: () => messages,
  };
}

/** Steps of a Dockerfile are named `[stage 2/5] RUN …`; what BuildKit does by itself carries no such number. FROM does nothing. */
function isStep(name: string): boolean {
  return /^\[[^\]]*\d+\/\d+\] (?!FROM )/.test(name);
}

/** Of an image that a stage begins with. */
const DIGEST = /@sha256:[0-9a-f]{64}/;

/** BuildKit goes on without a cache that it cannot read. */
const CACHE_IMPORT = /(^|\] )importing cache manifest /;

/** Target, stage, and where in it. */
const STEP_NAME = /^\[(\S+) (\S+) \d+\/\d+\]/;

/** Bake tells a step once for each target that has it, as `[target stage 2/5] RUN …`. */
function stepOf(name: string, sourceOf: (target: string) => string | undefined = () => undefined): string {
  const [, target = "", rest = ""] = /^\[(\S+) (\S+ \d+\/\d+\].*)$/s.exec(name) ?? [];
  const source = sourceOf(target);
  return source === undefined ? name : `${source} ${rest}`;
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}
