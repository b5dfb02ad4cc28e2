import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import type { RunEvent } from "../model/index.ts";
import { createEventBus } from "../support/events.ts";
import { createEventFile } from "./event-file.ts";

it("events.ndjson has every event but output, numbered, one JSON object a line; what comes later is no error", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-events-"));
  const errors: Error[] = [];
  const events = createEventFile({
    file: path.join(folder, "events.ndjson"),
    onError: (error) => void errors.push(error),
  });
  const bus = createEventBus<RunEvent>(() => 0);
  bus.subscribe(events.take);
  bus.emit({ type: "warning", message: "line\nend" });
  bus.emit({ type: "output", node: { kind: "service", name: "db" }, stream: "stdout", text: "noise" });
  bus.emit({ type: "warning", message: "two" });
  await events.close();
  bus.emit({ type: "warning", message: "after the end" });
  const lines = (await readFile(path.join(folder, "events.ndjson"), "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { seq: 1, at: 0, type: "warning", message: "line\nend" },
    { seq: 3, at: 0, type: "warning", message: "two" },
  ]);
  expect(errors).toEqual([]);
  await rm(folder, { recursive: true });
});
