import tar from "tar-stream";
import type { Agent } from "../../agent/index.ts";
import { type ContainerCoverage, HOOKS_FOLDER, type Hook, NOTES_FOLDER } from "../plan.ts";
import { NODE_HOOK } from "./node-hook.ts";
import { PYTHON_HOOK } from "./python-hook.ts";

const HOOKS: Record<Hook, { name: string; text: string }> = {
  python: { name: "python/sitecustomize.py", text: PYTHON_HOOK },
  node: { name: "node.cjs", text: NODE_HOOK },
};

/** Makes the folder for profiles, which every user may write to, and puts our files into it. Fails as the agent does. */
export async function prepareFolder(options: {
  agent: Pick<Agent, "files">;
  coverage: Pick<ContainerCoverage, "folder" | "languages" | "hooks">;
  signal: AbortSignal;
}): Promise<void> {
  const { agent, coverage, signal } = options;
  const pack = tar.pack();
  const open = ["", ...coverage.languages, NOTES_FOLDER];
  for (const name of open) pack.entry({ name: `./${name}`, type: "directory", mode: 0o1777 });
  for (const { name, text } of coverage.hooks.map((hook) => HOOKS[hook]))
    pack.entry({ name: `${HOOKS_FOLDER}/${name}`, mode: 0o644 }, text);
  pack.finalize();
  await agent.files.put(coverage.folder, pack, signal);
}
