import type {
  NodeRef,
  NodeState,
  Problem,
  RunEvent,
  SpaceSummary,
  TestCounts,
  TestResult,
} from "../model/index.ts";
import type { Stamped } from "../support/events.ts";

/** A part of the run as a reader sees it. */
export interface Row {
  node: NodeRef;
  state: NodeState;
  /** What it is doing, or how it ended. */
  note: string;
  /** When it began to do that: milliseconds since the run began. */
  notedAt: number;
  detail: string;
  /** Milliseconds since the run began. */
  startedAt: number;
  duration: number | undefined;
  counts: TestCounts;
  /** The tests that are running, newest last, and when each began. */
  running: { name: string; startedAt: number }[];
  problem: Problem | undefined;
}

export interface FailedTest {
  suite: string;
  test: TestResult;
}

export interface Warning {
  message: string;
  hint?: string | undefined;
}

/** The whole run as a reader sees it, kept up to date by its events. */
export interface RunView {
  rows: Map<string, Row>;
  failures: FailedTest[];
  warnings: Warning[];
  /** Spaces of failed tests that stay. */
  kept: SpaceSummary[];
  take(event: Stamped<RunEvent>): void;
}

/** An empty view. */
export function createRunView(): RunView {
  const rows = new Map<string, Row>();
  const failures: FailedTest[] = [];
  const warnings: Warning[] = [];
  const kept: SpaceSummary[] = [];
  const rowOf = (node: NodeRef): Row => {
    const key = `${node.kind} ${node.name}`;
    const row = rows.get(key) ?? emptyRow(node);
    rows.set(key, row);
    return row;
  };
  return {
    rows,
    failures,
    warnings,
    kept,
    take(event) {
      switch (event.type) {
        case "run-started":
          for (const node of event.nodes) rowOf(node);
          return;
        case "node-started":
          Object.assign(rowOf(event.node), {
            state: "running",
            startedAt: event.at,
            note: event.note ?? "",
            notedAt: event.at,
          });
          return;
        case "node-progress": {
          const row = rowOf(event.node);
          if (event.note !== row.note) Object.assign(row, { note: event.note, notedAt: event.at });
          return;
        }
        case "node-finished": {
          const { state, duration, note = "", detail = "", problem } = event;
          const row = Object.assign(rowOf(event.node), {
            state,
            duration,
            note,
            detail,
            problem,
            running: [],
          });
          if (event.counts !== undefined) row.counts = event.counts;
          return;
        }
        case "test-started":
          rowOf({ kind: "suite", name: event.suite }).running.push({ name: event.name, startedAt: event.at });
          return;
        case "test-finished": {
          const isCheck = event.shard === 0;
          const row = rowOf(
            isCheck ? { kind: "check", name: "check" } : { kind: "suite", name: event.suite },
          );
          row.counts[event.test.status] += 1;
          // Tests of several packages may have one name.
          const at = row.running.findIndex(({ name }) => name === event.test.name);
          if (at >= 0) row.running.splice(at, 1);
          if (event.test.status === "failed") {
            // The group of a check's case says it already.
            failures.push({ suite: isCheck ? "" : event.suite, test: event.test });
          }
          return;
        }
        case "warning":
          warnings.push({ message: event.message, hint: event.hint });
          return;
        case "space-kept":
          kept.push(event.space);
          return;
        default:
          return;
      }
    },
  };
}

function emptyRow(node: NodeRef): Row {
  return {
    node,
    state: "waiting",
    note: "",
    notedAt: 0,
    detail: "",
    startedAt: 0,
    duration: undefined,
    counts: { passed: 0, failed: 0, skipped: 0 },
    running: [],
    problem: undefined,
  };
}
