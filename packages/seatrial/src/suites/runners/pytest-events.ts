import * as v from "valibot";
import type { TestName, TestRecorder } from "../recorder.ts";
import { clipEnd } from "../text.ts";
import { PYTEST_MARKER } from "./pytest-plugin.ts";

const MESSAGE_LINES = 12;
const LONGEST_MESSAGE = 4096;
const OUTPUT_WHEN_PASSED = 4096;

const place = { process: v.number(), seq: v.number() };
const names = { group: v.string(), name: v.string() };
const event = v.variant("event", [
  v.object({ event: v.literal("hello"), ...place }),
  v.object({ event: v.literal("end"), ...place }),
  v.object({ event: v.literal("started"), ...place, ...names }),
  v.object({
    event: v.literal("finished"),
    ...place,
    ...names,
    status: v.picklist(["passed", "failed", "skipped"]),
    duration: v.number(),
    message: v.nullable(v.string()),
    output: v.string(),
  }),
]);

/** Takes the plugin's events out of what pytest writes: to stderr, or wherever the command sends that. */
export interface PytestEvents {
  /** The text without them. */
  read(text: string): string;
  /** The plugin was loaded: what it did not report did not happen. */
  heard(): boolean;
  /** What was told and did not come here, in words. `ended` says that every pytest should have told its end. */
  lost(options: { ended: boolean }): string | undefined;
}

/** The last event of a process. */
interface Told {
  seq: number;
  isEnd: boolean;
}

/** Reports the plugin's tests to the recorder. */
export function createPytestEvents(recorder: TestRecorder): PytestEvents {
  const told = new Map<number, Told>();
  let gap: string | undefined;

  function count({ event: kind, process, seq }: v.InferOutput<typeof event>): void {
    const before = told.get(process)?.seq ?? 0;
    // The engine gives a process the number of one that has ended.
    const begins = kind === "hello" && seq === 1;
    if (seq !== before + 1 && !begins) gap ??= `event ${before + 1} is missing, ${seq} came in its place`;
    told.set(process, { seq, isEnd: kind === "end" });
  }

  function take(json: string): boolean {
    const parsed = v.safeParse(event, parseJson(json));
    if (!parsed.success) return false;
    const { output } = parsed;
    count(output);
    if (output.event === "started") recorder.started(nameOf(output));
    if (output.event === "finished") {
      const shown = output.status === "passed" ? output.output.slice(-OUTPUT_WHEN_PASSED) : output.output;
      recorder.finished({
        ...nameOf(output),
        status: output.status,
        duration: Math.max(0, Math.round(output.duration * 1000)),
        message: output.message === null ? undefined : clipMessage(output.message),
        output: shown === "" ? undefined : shown,
      });
    }
    return true;
  }

  return {
    read(text) {
      if (!text.includes(PYTEST_MARKER)) return text;
      return text.replace(/\x16(\{.*\})\n/g, (line, json: string) => (take(json) ? "" : line));
    },
    heard: () => told.size > 0,
    lost({ ended }) {
      const open = [...told.values()].find(({ isEnd }) => !isEnd);
      return (
        gap ??
        (ended && open !== undefined ? `nothing came after event ${open.seq}, not even its end` : undefined)
      );
    },
  };
}

function nameOf({ group, name }: TestName): TestName {
  return { group: clipEnd(group, LONGEST_MESSAGE), name: clipEnd(name, LONGEST_MESSAGE) };
}

function clipMessage(message: string): string {
  return clipEnd(message.split("\n").slice(0, MESSAGE_LINES).join("\n"), LONGEST_MESSAGE);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
