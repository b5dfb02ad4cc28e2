import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { findProject } from "../config/index.ts";
import { EXIT, type ExitCode, ToolError } from "../support/error.ts";
import type { GlobalFlags } from "./flags.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints the logs of a run: whole, or the last lines of each. */
export async function logsCommand(options: {
  surroundings: Surroundings;
  flags: GlobalFlags & { names: string[]; run?: string; lines?: string };
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { root } = await findProject({ environment: surroundings.environment, folder: flags.folder });
  const folder = path.join(
    root,
    ".seatrial",
    flags.run === undefined ? "latest" : path.join("runs", flags.run),
    "logs",
  );
  const files = (await readdir(folder).catch(() => noLogs(folder)))
    .filter((file) => file.endsWith(".log"))
    .sort();
  const chosen = flags.names.length === 0 ? files : flags.names.map((name) => fileOf(name, files, folder));
  for (const file of chosen) {
    if (chosen.length > 1) surroundings.stdout.write(`==> ${file.replace(/\.log$/, "")} <==\n`);
    await print({ file: path.join(folder, file), lines: flags.lines, stdout: surroundings.stdout });
  }
  return EXIT.ok;
}

function noLogs(folder: string): never {
  throw new ToolError({
    code: "RUN_NOT_FOUND",
    message: `There are no logs in ${folder}.`,
    hint: "Run `seatrial run` first, or name a run with --run (they are in .seatrial/runs).",
  });
}

function fileOf(name: string, files: readonly string[], folder: string): string {
  const found = files.find((file) => file === `${name}.log` || file === `suite-${name}.log`);
  if (found !== undefined) return found;
  throw new ToolError({
    code: "LOG_NOT_FOUND",
    message: `There is no log of ${name} in ${folder}.`,
    hint: `There are: ${files.map((file) => file.replace(/\.log$/, "")).join(", ")}.`,
  });
}

async function print(options: {
  file: string;
  lines?: string | undefined;
  stdout: NodeJS.WriteStream;
}): Promise<void> {
  if (options.lines === undefined) {
    await pipeline(createReadStream(options.file), options.stdout, { end: false });
    return;
  }
  const lines = (await readFile(options.file, "utf8")).replace(/\n$/, "").split("\n");
  options.stdout.write(`${lines.slice(-Number(options.lines)).join("\n")}\n`);
}
