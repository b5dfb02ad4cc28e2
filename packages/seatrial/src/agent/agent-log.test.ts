import { expect, test } from "vitest";
import { createAgentLog } from "./agent-log.ts";

test("the agent's log keeps the last 50 lines, whole characters, and the unfinished line", () => {
  const log = createAgentLog();
  const bytes = Buffer.from(
    `${Array.from({ length: 60 }, (_, at) => `line ${at} grüße`).join("\r\n")}\nthe end`,
  );
  for (const byte of bytes) log.write(Buffer.from([byte]));
  const lines = log.lines();
  expect(lines).toHaveLength(51);
  expect(lines[0]).toBe("line 10 grüße");
  expect(lines.at(-1)).toBe("the end");
});

test("the agent's log cuts lines that have no end", () => {
  const log = createAgentLog();
  for (let at = 0; at < 100; at += 1) log.write(Buffer.alloc(1000, 120));
  expect(log.lines()[0]).toHaveLength(2000);
});
