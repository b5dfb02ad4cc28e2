import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findAgentBinary } from "./binary.ts";

describe("the agent's binary", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "seatrial-binary-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test("is the first that is there for the platform, whatever its variant", async () => {
    await writeFile(join(folder, "agent-linux-arm64"), "");
    const found = join(folder, "agent-linux-arm64");
    expect(await findAgentBinary("linux/arm64", [join(folder, "no-such"), folder])).toBe(found);
    expect(await findAgentBinary("linux/arm64/v8", [folder])).toBe(found);
  });

  test("that is nowhere is AGENT_MISSING, with the places and the command that builds it", async () => {
    const missing = findAgentBinary("linux/amd64", [folder]);
    await expect(missing).toThrowWithCode("AGENT_MISSING");
    await expect(missing).rejects.toThrow(folder);
    await expect(missing).rejects.toHaveProperty("hint", expect.stringContaining("npm run build -- --all"));
  });
});
