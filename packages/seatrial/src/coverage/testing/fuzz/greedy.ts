import { processorTime } from "../../../support/testing/processor-time.ts";
import { MOST_TIME } from "./most-time.ts";
import type { Subject } from "./subject.ts";

const one = { inputs: () => [Buffer.from("a")] };

/** Readers that are as bad as can be: they show that those who watch see it. */
export const GREEDY: Subject[] = [
  {
    ...one,
    name: "greedy: a list",
    read: () => Array.from({ length: 100 }, (_, at) => Array.from({ length: 200_000 }, () => at + 0.5)),
  },
  {
    ...one,
    name: "greedy: a text",
    read: () =>
      Buffer.from("ab".repeat(64 * 2 ** 20))
        .toString()
        .split("b"),
  },
  { ...one, name: "greedy: room", read: () => new Uint32Array(2 ** 28) },
  { ...one, name: "greedy: a buffer", read: () => Buffer.alloc(2 ** 28) },
  {
    ...one,
    name: "greedy: time",
    read: () => {
      const time = processorTime();
      while (time() <= MOST_TIME);
    },
  },
  { ...one, name: "greedy: another error", read: () => JSON.parse("{") as unknown },
];
