import { relative } from "node:path";
import type { SpaceResult } from "./space.ts";

/** A test, as `node:test` and vitest hand it to its function. */
export type TestContext = NodeTestContext | VitestContext;

/** As much of the context of `node:test` as is used. */
export interface NodeTestContext {
  readonly name: string;
  /** With the names of the suites around it; from Node 20.16. */
  readonly fullName?: string | undefined;
  readonly filePath?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  after(undo: () => Promise<void>): void;
}

/** As much of vitest's context as is used. */
export interface VitestContext {
  readonly task: VitestTask;
  readonly signal?: AbortSignal | undefined;
  onTestFinished(undo: () => Promise<void>): void;
}

export interface VitestTask {
  readonly name: string;
  readonly file?: { readonly name: string } | undefined;
  readonly suite?: VitestSuite | undefined;
  readonly result?:
    | {
        readonly state: string;
        readonly errors?: readonly { readonly message?: string | undefined }[] | undefined;
        readonly retryCount?: number | undefined;
        readonly repeatCount?: number | undefined;
      }
    | undefined;
}

interface VitestSuite {
  readonly name: string;
  readonly suite?: VitestSuite | undefined;
}

/** What a space is told of its test, whichever runner it is. */
export interface RunningTest {
  /** As people find it: `tests/orders.test.ts > orders > can be refunded`. */
  name: string;
  /** Counted from 1. */
  attempt: number;
  /** Aborts when the test is given up. */
  signal: AbortSignal | undefined;
  /** Runs after the test. */
  after(undo: () => Promise<void>): void;
  /** What came of it, asked after it. */
  result(): SpaceResult;
}

/** Reads a runner's context. */
export function readTest(test: TestContext): RunningTest {
  return "task" in test ? readVitest(test) : readNodeTest(test);
}

function readNodeTest(test: NodeTestContext): RunningTest {
  // Before Node 20.16 nobody says which file it is; each has a process of its own.
  const { filePath = process.argv[1] ?? "", fullName = test.name } = test;
  return {
    name: [relative(process.cwd(), filePath), fullName].filter((part) => part !== "").join(" > "),
    attempt: 1,
    signal: test.signal,
    after: (undo) => test.after(undo),
    result: () => nodeResult(test),
  };
}

/** `error` is there from Node 20.12. A test whose subtest failed has passed at this time: its own function did. */
function nodeResult(test: NodeTestContext & { error?: unknown; passed?: unknown }): SpaceResult {
  const { error } = test;
  if (error !== undefined && error !== null)
    return { outcome: "failed", message: firstLine(messageOf(error)) };
  return { outcome: "error" in test ? "passed" : "unknown" };
}

function readVitest({ task, signal, ...context }: VitestContext): RunningTest {
  return {
    name: vitestName(task),
    attempt: 1 + (task.result?.retryCount ?? 0) + (task.result?.repeatCount ?? 0),
    signal,
    after: (undo) => context.onTestFinished(undo),
    result() {
      const { state, errors = [] } = task.result ?? {};
      // Errors of earlier attempts are there too.
      const message = errors.at(-1)?.message;
      if (state === "fail")
        return { outcome: "failed", message: message === undefined ? undefined : firstLine(message) };
      return { outcome: state === "skip" ? "skipped" : "passed" };
    },
  };
}

function vitestName(task: VitestTask): string {
  const names = [task.name];
  for (let { suite } = task; suite !== undefined; suite = suite.suite)
    if (suite.name !== "") names.unshift(suite.name);
  if (task.file !== undefined) names.unshift(task.file.name);
  return names.join(" > ");
}

function messageOf(error: unknown): string {
  // node:test wraps what a test throws.
  const inner = error instanceof Error ? (error.cause ?? error) : error;
  return inner instanceof Error ? inner.message : String(inner);
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
