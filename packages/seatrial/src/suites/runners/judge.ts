import type { Problem } from "../../model/index.ts";
import { problemOf, suiteProblem } from "../errors.ts";
import type { ProcessEnd } from "../process.ts";
import type { TestRecorder } from "../recorder.ts";
import { count } from "../text.ts";

const LINES = 20;

interface Ended extends ProcessEnd {
  name: string;
  tail: { lines: (count: number) => string[] };
}

/** What went wrong with a process itself: not started, lost, or killed for memory. */
export function processProblem(end: Ended, subject: string): Problem | undefined {
  if (end.error !== undefined)
    return { ...problemOf(end.error, subject), lastLines: end.error.lastLines ?? end.tail.lines(LINES) };
  if (end.exit?.outOfMemory !== true) return undefined;
  return suiteProblem({
    code: "SUITE_OUT_OF_MEMORY",
    subject,
    message: `${end.name} hit the memory limit of its container and ${howItEnded(end)}`,
    hint: "Raise the suite's memory limit, run fewer tests at once, or give the engine's machine more memory.",
    lastLines: end.tail.lines(LINES),
  });
}

/**
 * An exit code that contradicts the tests that were reported. Tests that the process left unfinished fail first, and explain it.
 * Nothing to say when we ended the process ourselves.
 */
export function disagreement(end: Ended, recorder: TestRecorder, subject: string): Problem | undefined {
  if (end.exit === undefined || end.interrupted) return undefined;
  recorder.failUnfinished(`did not finish: ${end.name} ${howItEnded(end)}`);
  const counts = recorder.counts();
  const total = counts.passed + counts.failed + counts.skipped;
  if (end.exit.code === 0) {
    if (counts.failed === 0) return undefined;
    return suiteProblem({
      code: "SUITE_RESULTS_DISAGREE",
      subject,
      message: `${end.name} ended with exit code 0 although ${count(counts.failed, "test")} failed`,
      hint: "Look for something in the command that swallows the exit code, such as a pipe or `|| true`.",
      lastLines: end.tail.lines(LINES),
    });
  }
  if (counts.failed > 0) return undefined;
  if (total === 0)
    return suiteProblem({
      code: "SUITE_COMMAND_FAILED",
      subject,
      message: `${end.name} ${howItEnded(end)} before it reported a test`,
      lastLines: end.tail.lines(LINES),
    });
  return suiteProblem({
    code: "SUITE_RESULTS_DISAGREE",
    subject,
    message: `${end.name} ${howItEnded(end)} although no test failed (${count(total, "test")})`,
    hint: "Something outside the tests failed: its last output may say what.",
    lastLines: end.tail.lines(LINES),
  });
}

/** `ended with exit code 3`, `was ended by SIGSEGV`. */
export function howItEnded(end: ProcessEnd): string {
  if (end.exit === undefined) return "ended";
  const { code, signal } = end.exit;
  if (code !== null) return `ended with exit code ${code}`;
  return `was ended by ${signal === null ? "a signal" : signalName(signal)}`;
}

function signalName(signal: string): string {
  return /^[A-Z]/.test(signal) && !signal.startsWith("SIG") ? `SIG${signal}` : signal;
}
