import path from "node:path";
import { describe, expect, it } from "vitest";
import { localAgent } from "../../suites/testing/local-agent.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { agentToolbox } from "./agent-toolbox.ts";

const { signal } = new AbortController();

describe("agentToolbox", () => {
  it("runs programs with their environment and folder, and keeps all that they write", async () => {
    const toolbox = agentToolbox(localAgent());
    await using folder = await createFolder({});
    const program =
      "console.log('é'.repeat(1e6)); console.error(process.cwd(), process.env.A); process.exitCode = 3";
    const run = { env: { A: "1" }, cwd: folder.path, signal };
    const result = await toolbox.run([process.execPath, "-e", program], run);
    expect(result?.code).toBe(3);
    expect(result?.stdout).toBe(`${"é".repeat(1e6)}\n`);
    expect(result?.stderr).toBe(`${folder.path} 1\n`);
  });

  it("has no answer of a program that is not there", async () => {
    expect(await agentToolbox(localAgent()).run(["no-such-program"], { signal })).toBeUndefined();
  });

  it("puts files, and reads them as bytes", async () => {
    await using folder = await createFolder({ "a.exec": "profile" });
    const toolbox = agentToolbox(localAgent());
    const target = path.join(folder.path, "there/0.exec");
    await toolbox.put([{ target, from: { kind: "path", path: path.join(folder.path, "a.exec") } }], signal);
    expect((await toolbox.read(target, signal))?.toString()).toBe("profile");
    expect(await toolbox.read(`${target}.none`, signal)).toBeUndefined();
  });

  it("fails with COVERAGE_TOOL_FAILED where there is more than can be read, and stops what writes it", async () => {
    await using folder = await createFolder({ "a.json": "x".repeat(1001) });
    const toolbox = agentToolbox(localAgent(), { most: 1000 });
    const endless = "setInterval(() => console.log('x'.repeat(100)), 1)";
    await expect(toolbox.run([process.execPath, "-e", endless], { signal })).toThrowWithCode(
      "COVERAGE_TOOL_FAILED",
    );
    const much = toolbox.read(path.join(folder.path, "a.json"), signal);
    await expect(much).toThrowWithCode("COVERAGE_TOOL_FAILED");
    expect((await toolbox.run([process.execPath, "-e", "console.log(1)"], { signal }))?.stdout).toBe("1\n");
  });

  it("loses its agent with the agent's own error", async () => {
    const agent = localAgent();
    const running = agentToolbox(agent).run([process.execPath, "-e", "setInterval(() => {}, 1000)"], {
      signal,
    });
    setTimeout(() => agent.lose(), 200);
    await expect(running).toThrowWithCode("AGENT_LOST");
  });
});
