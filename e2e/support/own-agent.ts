import { copyFile } from "node:fs/promises";
import { docker } from "./engine.ts";
import { ROOT } from "./program.ts";

/** Puts the agent that was built here, for the engine's machine, where an image's Dockerfile takes it from. */
export async function copyAgent(file: string): Promise<void> {
  const platform = await docker("version", "--format", "{{.Server.Os}}-{{.Server.Arch}}");
  await copyFile(`${ROOT}/packages/seatrial/dist/agent/agent-${platform}`, file);
}
