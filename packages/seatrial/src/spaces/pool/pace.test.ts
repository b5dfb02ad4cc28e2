import { describe, expect, it } from "vitest";
import { createManualClock } from "../testing/clock.ts";
import { createPace } from "./pace.ts";

describe("the pace of the tests", () => {
  it("asks for as many ahead as are used in twice the time of making one, and forgets in seconds", async () => {
    const clock = createManualClock();
    const pace = createPace(clock);
    pace.made(100);
    expect(pace.ahead()).toBe(0);
    // Fifty a second, for ten seconds.
    for (let n = 0; n < 500; n += 1) {
      await clock.advance(20);
      pace.asked();
    }
    expect(pace.ahead()).toBeGreaterThanOrEqual(9);
    expect(pace.ahead()).toBeLessThanOrEqual(11);
    await clock.advance(20_000);
    expect(pace.ahead()).toBeLessThanOrEqual(1);
  });

  it("asks for no more ahead than putting back takes time for, as far as that works", async () => {
    const clock = createManualClock();
    const pace = createPace(clock);
    pace.made(1000);
    const ask = async () => {
      for (let n = 0; n < 500; n += 1) {
        await clock.advance(20);
        pace.asked();
      }
      return pace.ahead();
    };
    expect(await ask()).toBeGreaterThan(90);
    for (let n = 0; n < 20; n += 1) pace.putBack(20, true);
    expect(await ask()).toBeLessThanOrEqual(3);
    for (let n = 0; n < 20; n += 1) pace.putBack(20, false);
    expect(await ask()).toBeGreaterThan(90);
  });

  it("puts back first as long as that is the shorter way", () => {
    const pace = createPace(createManualClock());
    expect(pace.putBackFirst).toBe(true);
    pace.made(20);
    pace.putBack(5, true);
    expect(pace.putBackFirst).toBe(true);
    // Tests that always change the schema.
    for (let n = 0; n < 20; n += 1) pace.putBack(5, false);
    expect(pace.putBackFirst).toBe(false);
  });

  it("tries now and then whether putting back works again, and goes on with it when it does", () => {
    const pace = createPace(createManualClock());
    pace.made(20);
    for (let n = 0; n < 20; n += 1) pace.putBack(5, false);
    let made = 0;
    for (let turn = 0; turn < 30; turn += 1) {
      if (pace.putBackFirst) pace.putBack(5, true);
      else {
        pace.made(20);
        made += 1;
      }
    }
    expect(made).toBeLessThan(10);
    expect(pace.putBackFirst).toBe(true);
  });

  it("remembers for a minute how many were in use at once", async () => {
    const clock = createManualClock();
    const pace = createPace(clock);
    pace.inUse(8);
    pace.inUse(2);
    await clock.advance(1000);
    expect(pace.peak()).toBe(8);
    await clock.advance(120_000);
    expect(pace.peak()).toBeLessThan(4);
  });
});
