import tar from "tar-stream";
import { type Agent, placeFiles } from "../agent/index.ts";
import type { SuiteSpec } from "../model/index.ts";
import { RESULTS_FOLDER } from "./container.ts";

/**
 * Makes a suite's container ready for its tests: a results folder that every user may write to, `/tmp` where the image has none
 * (one made from scratch), and the suite's own files.
 */
export async function prepareContainer(options: {
  agent: Agent;
  spec: SuiteSpec;
  resultsFolder?: string | undefined;
  signal: AbortSignal;
}): Promise<void> {
  const { agent, spec, signal } = options;
  const folders = [options.resultsFolder ?? RESULTS_FOLDER];
  if ((await agent.files.stat("/tmp", signal)) === undefined) folders.push("/tmp");
  for (const folder of folders) await agent.files.put(folder, openToAll(), signal);
  await placeFiles({
    subject: `suite ${spec.name}`,
    files: spec.files,
    agent,
    onNote: () => undefined,
    signal,
  });
}

/** An archive that only says who may use the folder that it is extracted to. */
function openToAll(): tar.Pack {
  const pack = tar.pack();
  pack.entry({ name: "./", type: "directory", mode: 0o1777 });
  pack.finalize();
  return pack;
}
