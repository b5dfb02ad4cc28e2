import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { memoryServer } from "../memory/index.ts";
import { createProcesses } from "../processes/index.ts";
import { spacePlan } from "../testing/plan.ts";
import { openRedis } from "./connection.ts";
import { NO_SETTINGS } from "./settings.ts";
import { buildTemplate } from "./template.ts";

const signal = new AbortController().signal;

test("a server that goes away while it is read for a template is lost; one that refuses fails the template", async () => {
  const server = memoryServer("redis");
  await using processes = createProcesses({ server, onLost: () => undefined });
  const build = async (answer: (stream: Duplex) => void) => {
    const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    using base = openRedis(stream, "redis:6379");
    const maker = {
      plan: spacePlan({ template: { from: "3", steps: [] } }),
      server,
      prefix: "st_0_t0_",
      runStep: async () => undefined,
      onNote: () => undefined,
      signal,
    };
    const building = buildTemplate({ maker, base, processes, settings: NO_SETTINGS }, signal);
    building.catch(() => undefined);
    answer(stream);
    return await building;
  };
  await expect(build((stream) => stream.destroy())).toThrowWithCode("SPACE_SERVER_LOST");
  await expect(build((stream) => stream.emit("data", Buffer.from("-ERR no\r\n".repeat(3))))).toThrowWithCode(
    "TEMPLATE_FAILED",
  );
});
