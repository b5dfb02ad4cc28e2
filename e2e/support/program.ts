import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Outcome, RunEvent } from "seatrial";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
export const PROGRAM = `${ROOT}/packages/seatrial/dist/main.js`;

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Milliseconds. */
  duration: number;
}

export interface StartedProgram {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves with the first event that fits; rejects when the program ends before. Needs `--json`. */
  event(fits: (event: RunEvent) => boolean): Promise<RunEvent>;
}

export interface ProgramOptions {
  cwd: string;
  env?: Record<string, string>;
  /** Default: the one that was built here. */
  program?: string;
}

/** Starts the built program, as a user would. */
export function start(args: string[], options: ProgramOptions): StartedProgram {
  return startCommand([process.execPath, options.program ?? PROGRAM, ...args], options);
}

/** In a pipeline the program names branches and waits for engines as that pipeline wants it: where the tests run must not matter. */
function outsideOfPipelines(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const told =
    /^(CI|CI_.*|GITLAB_CI|GITHUB_.*|JENKINS_URL|BUILD_NUMBER|BRANCH_(NAME|IS_PRIMARY)|TAG_NAME|GIT_BRANCH|SEATRIAL_DEFAULT_BRANCH)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !told.test(name)));
}

/** Starts any command that prints what the program prints. */
export function startCommand(
  [file = "", ...args]: string[],
  options: Omit<ProgramOptions, "program">,
): StartedProgram {
  const begun = performance.now();
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...outsideOfPipelines(process.env), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    for (const look of waiting) look();
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code, signal]): Ended => {
    const end = { code, signal, stdout, stderr, duration: performance.now() - begun };
    for (const look of waiting) look();
    return end;
  });
  return {
    child,
    ended,
    event(fits) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.flatMap(parseEvent).find(fits);
          if (found !== undefined) {
            waiting.delete(look);
            resolve(found);
          } else if (child.exitCode !== null || child.signalCode !== null) {
            waiting.delete(look);
            reject(new Error(`the program ended before the event came:\n${stdout}\n${stderr}`));
          }
        };
        waiting.add(look);
        look();
      });
    },
  };
}

/** Runs the built program to its end. */
export async function seatrial(args: string[], options: ProgramOptions): Promise<Ended> {
  return await start(args, options).ended;
}

/** What stderr holds besides notes of how long something takes, which a busy machine adds. */
export function complaintsOf({ stderr }: Ended): string[] {
  return stderr.split("\n").filter((line) => line !== "" && !line.startsWith("  … "));
}

/** The outcome of the latest run of a project. */
export async function latestOutcome(folder: string): Promise<Outcome> {
  const { readFile } = await import("node:fs/promises");
  return JSON.parse(await readFile(`${folder}/.seatrial/latest/outcome.json`, "utf8")) as Outcome;
}

function parseEvent(line: string): RunEvent[] {
  return line.startsWith("{") ? [JSON.parse(line) as RunEvent] : [];
}
