import type { Duration, Emit, TestCounts, TestResult } from "../model/index.ts";

/** Where runners report their tests. Counts them, knows which are running, and emits an event for each. */
export interface TestRecorder {
  started(test: TestName): void;
  finished(test: TestResult): void;
  /** Fails whatever was started and never finished. */
  failUnfinished(message: string): void;
  counts(): TestCounts;
  /** In order of their start. */
  running(): RunningTest[];
}

export interface TestName {
  group: string;
  name: string;
}

export interface RunningTest extends TestName {
  duration: Duration;
}

/** A recorder for one shard of a suite. `now` is a clock in milliseconds. */
export function createRecorder(options: {
  suite: string;
  shard: number;
  emit: Emit;
  now: () => number;
}): TestRecorder {
  const { suite, shard, emit, now } = options;
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  const open = new Map<string, TestName & { since: number }>();

  function finished(test: TestResult): void {
    open.delete(keyOf(test));
    counts[test.status] += 1;
    emit({ type: "test-finished", suite, shard, test });
  }

  const running = () =>
    [...open.values()].map(({ group, name, since }) => ({
      group,
      name,
      duration: Math.round(now() - since),
    }));

  return {
    started({ group, name }) {
      open.set(keyOf({ group, name }), { group, name, since: now() });
      emit({ type: "test-started", suite, shard, group, name });
    },
    finished,
    failUnfinished(message) {
      for (const test of running()) finished({ ...test, status: "failed", message });
    },
    counts: () => ({ ...counts }),
    running,
  };
}

function keyOf(test: TestName): string {
  return `${test.group}\0${test.name}`;
}
