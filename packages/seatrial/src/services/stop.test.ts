import { describe, expect, test } from "vitest";
import type { AgentProcess, ProcessExit } from "../agent/index.ts";
import { deferred } from "../support/abort.ts";
import { stopProcess } from "./stop.ts";

const EXIT: ProcessExit = {
  code: 0,
  signal: null,
  outOfMemory: false,
  duration: 1,
  maxMemoryBytes: 0,
  cpu: 0,
};

/** A process that does this at each signal. */
function processThat(onSignal: (name: string, end: (exit: Partial<ProcessExit>) => void) => void) {
  const ended = deferred<ProcessExit>();
  const signals: string[] = [];
  const process = {
    async signal(name: string) {
      signals.push(name);
      onSignal(name, (exit) => ended.resolve({ ...EXIT, ...exit }));
    },
  } as AgentProcess;
  return { process, ended: ended.promise, signals, lose: ended.reject };
}

describe("stopping a process", () => {
  test("sends its stop signal, and says how it ended", async () => {
    const process = processThat((_name, end) => end({ code: 3 }));
    const end = await stopProcess(process, { stopSignal: "SIGQUIT", grace: 1_000 });
    expect(end).toEqual({ exit: { ...EXIT, code: 3 }, killed: false });
    expect(process.signals).toEqual(["SIGQUIT"]);
  });

  test("kills it when it is still there after its time", async () => {
    const process = processThat((name, end) => name === "KILL" && end({ code: null, signal: "KILL" }));
    const end = await stopProcess(process, { stopSignal: "TERM", grace: 20 });
    expect(end).toMatchObject({ exit: { signal: "KILL" }, killed: true });
    expect(process.signals).toEqual(["TERM", "KILL"]);
  });

  test("says of one that has ended how it did", async () => {
    const process = processThat(() => undefined);
    const stopped = stopProcess(
      { process: process.process, ended: Promise.resolve(EXIT) },
      { stopSignal: "TERM", grace: 1_000 },
    );
    expect(await stopped).toEqual({ exit: EXIT, killed: false });
  });

  test("waits for nobody whose agent is lost", async () => {
    const process = processThat(() => process.lose(new Error("the container ended")));
    expect(await stopProcess(process, { stopSignal: "TERM", grace: 1_000 })).toEqual({
      exit: undefined,
      killed: false,
    });
  });
});
