import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createMemoryEngine } from "../../engine/memory/index.ts";
import { createLauncher, type LaunchSpec } from "../launch.ts";
import { fakeAgentProgram, fakeLauncher } from "./fake-launcher.ts";

const signal = new AbortController().signal;
const spec: LaunchSpec = {
  name: "db",
  image: "app:1",
  labels: {},
  env: { GREETING: "hello" },
  mounts: [],
  limits: {},
  security: {
    privileged: false,
    readOnlyRoot: false,
    capAdd: [],
    capDrop: [],
    options: [],
    groupAdd: [],
    sysctls: {},
    devices: [],
  },
  extraHosts: [],
};

test("a fake launcher's containers speak by script, and end as they are told", async () => {
  const launcher = fakeLauncher(({ env }) => ({ processes: () => [{ stdout: env["GREETING"] ?? "" }] }));
  const launched = await launcher.launch(spec, signal);
  const process = await launched.agent.run({ argv: ["x"] }, signal);
  for await (const { data } of process.output) expect(data.toString()).toBe("hello");
  expect(launcher.agentOf("db").specs).toEqual([{ argv: ["x"] }]);
  launcher.end("db", { exitCode: 137, outOfMemory: true });
  expect((await launched.agent.closed)?.message).toContain("exit code 137 (out of memory)");
  expect(launcher.running()).toEqual([]);
  await launched[Symbol.asyncDispose]();
});

test("the real launcher runs a scripted agent as a program of the engine in memory", async () => {
  const folder = await mkdtemp(join(tmpdir(), "seatrial-fake-"));
  const binary = join(folder, "agent");
  await writeFile(binary, "");
  const engine = createMemoryEngine({
    images: [{ reference: "app:1" }],
    programs: {
      "/.seatrial/agent": fakeAgentProgram(() => ({ probe: () => ({ ready: true, saw: "it is here" }) })),
    },
  });
  const launcher = createLauncher({ engine, agentBinary: async () => binary });
  const launched = await launcher.launch(spec, signal);
  const probe = launched.agent.probe({ kind: "tcp", port: 1 }, { timeout: 1_000, signal });
  expect(await probe).toEqual({ ready: true, saw: "it is here" });
  await launched[Symbol.asyncDispose]();
  expect(await launched.exit).toEqual({ exitCode: 0 });
  await rm(folder, { recursive: true });
});
