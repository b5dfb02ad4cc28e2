import { expect, it } from "vitest";
import { createEventBus } from "./events.ts";

it("numbers events from 1 without gaps and stamps them with the time since the start", () => {
  let clock = 1_000;
  const bus = createEventBus<{ type: string }>(() => clock);
  const seen: object[] = [];
  bus.subscribe((event) => seen.push(event));
  bus.emit({ type: "a" });
  clock += 12.4;
  bus.emit({ type: "b" });
  expect(seen).toEqual([
    { seq: 1, at: 0, type: "a" },
    { seq: 2, at: 12, type: "b" },
  ]);
});

it("tells nothing to whoever has unsubscribed", () => {
  const bus = createEventBus<{ type: string }>(() => 0);
  const seen: object[] = [];
  const end = bus.subscribe((event) => seen.push(event));
  end();
  bus.emit({ type: "a" });
  expect(seen).toEqual([]);
});
