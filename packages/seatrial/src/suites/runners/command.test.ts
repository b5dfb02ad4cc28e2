import { expect, test, vi } from "vitest";
import { runLocalShard, tempPlace } from "../testing/shard-run.ts";

// Real processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const node = (script: string) => ["node", "-e", script];

test("a command is one test, which passes with exit code 0", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({ place, spec: { command: node("console.log('hello')") } });
  expect(run).toMatchObject({ status: "passed", counts: { passed: 1, failed: 0, skipped: 0 }, problems: [] });
  expect(run.tests).toMatchObject([{ group: "unit", status: "passed", output: "hello\n" }]);
  expect(run.text).toBe("hello\n");
});

test("another exit code fails it, and its output is kept", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({
    place,
    spec: { command: node("console.error('broken'); process.exit(3)") },
  });
  expect(run).toMatchObject({ status: "failed", counts: { failed: 1 }, problems: [] });
  expect(run.tests).toMatchObject([{ message: "ended with exit code 3", output: "broken\n" }]);
});

test("a signal that ends it is named", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({ place, spec: { command: node("process.kill(process.pid, 'SIGSEGV')") } });
  expect(run.tests[0]?.message).toBe("was ended by SIGSEGV");
});

test("a command that does not exist is a problem that names it", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({ place, spec: { command: ["no-such-program"] } });
  expect(run.status).toBe("failed");
  expect(run.problems).toMatchObject([{ code: "PROCESS_NOT_STARTED", subject: "unit" }]);
  expect(run.problems[0]?.message).toContain("no-such-program");
});

test("without a command the image's own is run", async () => {
  await using place = await tempPlace();
  const image = { entrypoint: ["node", "-e"], command: ["console.log('from the image')"] };
  expect((await runLocalShard({ place, spec: {}, image })).text).toBe("from the image\n");
});

test("a process killed for memory is a problem with a hint", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({
    place,
    spec: { command: node("process.kill(process.pid, 'SIGKILL')") },
    agent: { exit: { outOfMemory: true } },
  });
  expect(run.problems).toMatchObject([{ code: "SUITE_OUT_OF_MEMORY" }]);
  expect(run.problems[0]?.hint).toContain("memory limit");
});
