import { clipEnd } from "../text.ts";

const LONGEST_HEADLINE = 500;
const FIRST_WORDS = /^(?:panic|fatal error|unexpected fault address|signal arrived).*/m;

/** What the Go runtime said when it ended a test binary. */
export interface Crash {
  /** `panic: boom`, `fatal error: …`. Absent when it did not crash. */
  readonly headline: string | undefined;
  /** The binary's own limit (`-test.timeout`) ended it. */
  readonly timedOut: boolean;
  /** The tests that it named as running. */
  readonly running: ReadonlySet<string>;
  read(text: string): void;
}

/** Watches a test binary's output for the runtime's last words. */
export function createCrash(): Crash {
  let headline: string | undefined;
  let timedOut = false;
  let listing = false;
  const running = new Set<string>();

  function readLine(line: string): void {
    if (headline === undefined) {
      const found = FIRST_WORDS.exec(line);
      if (found === null) return;
      headline = clipEnd(found[0], LONGEST_HEADLINE);
      timedOut = headline.startsWith("panic: test timed out after ");
      return;
    }
    if (/^\s+running tests:$/.test(line)) listing = true;
    else if (listing) {
      const [, name] = /^\s+(\S+) \(.*\)$/.exec(line) ?? [];
      listing = name !== undefined;
      if (name !== undefined) running.add(clipEnd(name, LONGEST_HEADLINE));
    }
  }

  return {
    get headline() {
      return headline;
    },
    get timedOut() {
      return timedOut;
    },
    running,
    read(text) {
      const wanted = headline === undefined ? FIRST_WORDS.test(text) : listing || timedOut;
      if (!wanted) return;
      for (const line of text.replace(/\n$/, "").split("\n")) readLine(line);
    },
  };
}
