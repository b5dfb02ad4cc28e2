import { describe, expect, it } from "vitest";
import { reporting, screen } from "../report/testing/screen.ts";
import { createStopNotice } from "./stop-notice.ts";

const LINE = "stopping; once more to leave at once";

describe("what is said at the first signal", () => {
  it("goes to stderr where nothing is redrawn, and before anything is drawn", async () => {
    for (const changes of [undefined, {}, { quiet: true }]) {
      const stderr = screen();
      const notice = createStopNotice(stderr.stream);
      const { report, shown } = await reporting(changes);
      if (changes !== undefined) notice.showOn(report);
      notice.tell();
      expect(stderr.text()).toBe(`${LINE}\n`);
      expect(shown.text()).toBe("");
      report.close();
    }
  });

  it("is part of a tree that is redrawn, so that neither damages the other", async () => {
    const stderr = screen();
    const notice = createStopNotice(stderr.stream);
    const { report, shown } = await reporting({ live: true });
    notice.showOn(report);
    notice.tell();
    expect(stderr.text()).toBe("");
    expect(shown.text()).toContain(LINE);
    report.close();
    notice.tell();
    expect(stderr.text()).toBe(`${LINE}\n`);
  });
});
