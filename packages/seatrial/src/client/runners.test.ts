import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { listeningEndpoint } from "../spaces/testing/listen.ts";
import { createFolder } from "../support/testing/folder.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const examples = path.join(here, "testing");

/** Runs Node in the folder of the examples, to whatever end. */
async function runNode(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; output: string }> {
  return await new Promise((resolve) => {
    // Without what the runner around this test says of itself.
    const { VITEST: _, NODE_OPTIONS: __, NODE_TEST_CONTEXT: ___, ...rest } = process.env;
    const options = { cwd: examples, env: { ...rest, ...env }, timeout: 60_000 };
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr }),
    );
  });
}

/** The client as it is published: one file. */
async function bundle(folder: string): Promise<string> {
  const outfile = path.join(folder, "spaces.mjs");
  const about = { bundle: true, platform: "node", format: "esm", target: "node20" } as const;
  await build({ entryPoints: [path.join(here, "index.ts")], outfile, ...about });
  return outfile;
}

describe("the client", () => {
  it("loses its spaces when its process is killed, and only then", async () => {
    await using folder = await createFolder({});
    await using server = await listeningEndpoint();
    const script = `
      const { acquireSpace } = await import(${JSON.stringify(await bundle(folder.path))});
      const { id } = await acquireSpace("postgres");
      process.stdout.write(id);
      setInterval(() => undefined, 1_000);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      env: { ...process.env, ...server.env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [id] = await once(child.stdout, "data");
    expect(server.broker.leased).toEqual([String(id)]);
    child.kill("SIGKILL");
    await expect.poll(() => server.broker.leased).toEqual([]);
    expect((await server.broker.list())[0]).toMatchObject({ state: "kept", reason: "owner lost" });
  });

  it("gives clean spaces to tests of node:test, and says how they ended", async () => {
    await using folder = await createFolder({});
    await using server = await listeningEndpoint();
    const { code, output } = await runNode(["--test", "--test-reporter=spec", "node-examples.mjs"], {
      ...server.env,
      SPACES_CLIENT: await bundle(folder.path),
    });
    expect(code, output).toBe(1);
    const { broker } = server;
    expect(broker.requests.map(({ space, holder }) => `${space}: ${holder.test}`)).toEqual([
      "postgres: node-examples.mjs > passes",
      "postgres: node-examples.mjs > orders > fails",
      "redis: node-examples.mjs > runs out of time",
      "zoo: node-examples.mjs > asks for what is not there",
      "redis: node-examples.mjs > takes longer than its space's time",
    ]);
    expect(broker.released).toEqual([
      { id: "lease-1", outcome: "passed", message: undefined },
      { id: "lease-2", outcome: "failed", message: "want 3, got 2" },
      { id: "lease-3", outcome: "failed", message: "test timed out after 300ms" },
      { id: "lease-4", outcome: "passed", message: undefined },
    ]);
    expect(output).toContain("the space lease-4 of redis ended before its test: it was given for 0.001 s");
    expect(output).toMatch(/fail 2\b/);
    expect(output).toContain("closed before lease-1 is given back");
    // One session for the process, which ended with it.
    expect(new Set(broker.requests.map(({ session }) => session))).toEqual(new Set(["session-1"]));
    await expect.poll(() => broker.sessions.size).toBe(0);
  });

  it("gives clean spaces to tests of vitest, fixtures and retries included", async () => {
    await using server = await listeningEndpoint();
    const script = `
      import { startVitest } from "vitest/node";
      const options = { config: false, root: ${JSON.stringify(examples)}, include: ["vitest-examples.ts"], watch: false };
      await startVitest("test", [], { ...options, reporters: ["verbose"], maxWorkers: 1 });
    `;
    const { code, output } = await runNode(["--input-type=module", "--eval", script], server.env);
    expect(code, output).toBe(1);
    const { broker } = server;
    expect(broker.requests.map(({ space, holder }) => [space, holder.test, holder.attempt])).toEqual([
      ["postgres", "vitest-examples.ts > passes", 1],
      ["postgres", "vitest-examples.ts > orders > fail with a fixture", 1],
      ["postgres", "vitest-examples.ts > orders > pass with a fixture", 1],
      ["postgres", "vitest-examples.ts > orders > pass the second time", 1],
      ["postgres", "vitest-examples.ts > orders > pass the second time", 2],
      ["redis", "vitest-examples.ts > is skipped halfway", 1],
      ["redis", "vitest-examples.ts > takes longer than its space's time", 1],
    ]);
    expect(broker.released.map(({ outcome, message }) => message ?? outcome)).toEqual([
      "passed",
      "expected 1 to be 2 // Object.is equality",
      "passed",
      "expected 1 to be 2 // Object.is equality",
      "passed",
      "skipped",
      "passed",
    ]);
    expect(output).toContain("the space lease-7 of redis ended before its test: it was given for 0.001 s");
    expect(output).toMatch(/Tests .*2 failed/);
    await expect.poll(() => broker.sessions.size).toBe(0);
  });
});
