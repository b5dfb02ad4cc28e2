import { writeSync } from "node:fs";
import { isToolError } from "../../../support/error.ts";
import { processorTime } from "../../../support/testing/processor-time.ts";
import { GREEDY } from "./greedy.ts";
import { MOST_TIME } from "./most-time.ts";
import { STORAGES } from "./storages.ts";
import type { FuzzCounts, Subject } from "./subject.ts";
import { BINARIES } from "./subjects-binary.ts";
import { TEXTS } from "./subjects-text.ts";
import { watchRoom } from "./watch-room.ts";

// A program of its own: with the little memory that it is started with, it ends where one of its inputs takes more.
const setInput = watchRoom();
for (const name of process.argv.slice(2)) {
  const subject = [...TEXTS, ...BINARIES, ...STORAGES, ...GREEDY].find((each) => each.name === name);
  if (subject === undefined) throw new Error(`there is no subject ${name}`);
  writeSync(1, `${JSON.stringify(await survive(subject))}\n`);
}

async function survive({ inputs, read }: Subject): Promise<FuzzCounts> {
  const counts: FuzzCounts = { read: 0, refused: 0 };
  let at = 0;
  for (const input of inputs()) {
    at += 1;
    // The last one that was begun is what a program died of.
    writeSync(1, `input ${at} of ${input.length} bytes\n`);
    setInput(input.length);
    const time = processorTime();
    try {
      await read(input);
      counts.read += 1;
    } catch (error) {
      if (!isToolError(error)) throw error;
      counts.refused += 1;
    }
    if (time() > MOST_TIME) throw new Error(`it took ${time()} ms`);
  }
  return counts;
}
