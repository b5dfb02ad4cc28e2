import { messageOf } from "../../support/error.ts";
import { engineError } from "../errors.ts";
import type { WorkloadExit } from "../workload.ts";
import { createContainerFiles } from "./files.ts";
import type { MemoryProgram } from "./program.ts";
import type { MemoryState, MemoryWorkload } from "./state.ts";
import { createDetachedStdio } from "./stdio.ts";

const KILLED: WorkloadExit = { exitCode: 137 };

/** Runs the container's program; its end is the container's. Fails when there is no such program, as an engine does. */
export function startWorkload(state: MemoryState, workload: MemoryWorkload): void {
  const { spec, image } = workload;
  const entrypoint = spec.entrypoint.length > 0 ? spec.entrypoint : image.details.config.entrypoint;
  const command = spec.command.length > 0 ? spec.command : image.details.config.command;
  const argv = [...entrypoint, ...command];
  const program = state.programs[argv[0] ?? ""] ?? state.programs["*"];
  if (program === undefined) {
    endWorkload(state, workload, { exitCode: 127 });
    throw engineError({
      code: "ENGINE_FAILED",
      message: `Could not start container ${workload.id}: exec: "${argv[0]}": no such file or directory`,
    });
  }
  workload.state = "running";
  workload.stdio ??= createDetachedStdio();
  void run({ state, workload, program, argv });
}

/** Ends it at once, whatever its program does. */
export function killWorkload(state: MemoryState, workload: MemoryWorkload): void {
  workload.killed.abort();
  endWorkload(state, workload, workload.exit ?? (workload.state === "running" ? KILLED : { exitCode: 0 }));
}

/** Takes it out of the engine with its anonymous volumes. */
export function removeWorkload(state: MemoryState, workload: MemoryWorkload): void {
  state.workloads.delete(workload.id);
  for (const name of workload.anonymous) state.volumes.delete(name);
}

async function run(options: {
  state: MemoryState;
  workload: MemoryWorkload;
  program: MemoryProgram;
  argv: string[];
}): Promise<void> {
  const { state, workload, program, argv } = options;
  const { id, spec, image, stdio } = workload;
  if (stdio === undefined) throw new Error("a container starts with its streams");
  const { signal } = workload.killed;
  const writeStderr = (text: Buffer | string) => workload.onStderr(Buffer.from(text));
  let exit: WorkloadExit;
  try {
    const ended = await program({
      id,
      spec,
      argv,
      env: { ...image.details.config.env, ...spec.env },
      stdio,
      writeStderr,
      files: createContainerFiles({
        image: image.files,
        root: workload.root,
        readOnlyRoot: spec.security.readOnlyRoot,
        mounts: workload.mounts,
      }),
      signal,
    });
    exit = typeof ended === "number" ? { exitCode: ended } : ended;
  } catch (error) {
    writeStderr(`${messageOf(error)}\n`);
    exit = { exitCode: 1 };
  }
  if (!signal.aborted) endWorkload(state, workload, exit);
}

function endWorkload(state: MemoryState, workload: MemoryWorkload, exit: WorkloadExit): void {
  if (workload.exit === undefined) {
    workload.exit = exit;
    workload.state = "exited";
    workload.stdio?.end();
  }
  if (workload.spec.removeOnExit ?? true) removeWorkload(state, workload);
  for (const tell of workload.onExit.splice(0)) tell(workload.exit);
}
