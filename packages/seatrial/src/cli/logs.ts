import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { findProject } from "../config/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import { cliError } from "./errors.ts";
import type { GlobalFlags } from "./flags.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints the logs of a run: whole, or the last lines of each. */
export async function logsCommand(options: {
  surroundings: Surroundings;
  flags: GlobalFlags & { names: string[]; run?: string; lines?: string };
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const lines = flags.lines === undefined ? undefined : lineCount(flags.lines);
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
    await print({ file: path.join(folder, file), lines, stdout: surroundings.stdout });
  }
  return EXIT.ok;
}

function noLogs(folder: string): never {
  throw cliError({
    code: "RUN_NOT_FOUND",
    message: `There are no logs in ${folder}.`,
    hint: "Run `seatrial run` first, or name a run with --run (they are in .seatrial/runs).",
  });
}

function fileOf(name: string, files: readonly string[], folder: string): string {
  const found = files.find((file) => file === `${name}.log` || file === `suite-${name}.log`);
  if (found !== undefined) return found;
  throw cliError({
    code: "LOG_NOT_FOUND",
    message: `There is no log of ${name} in ${folder}.`,
    hint: `There are: ${files.map((file) => file.replace(/\.log$/, "")).join(", ")}.`,
  });
}

async function print(options: {
  file: string;
  lines?: number | undefined;
  stdout: NodeJS.WriteStream;
}): Promise<void> {
  const { file, lines: count, stdout } = options;
  if (count !== undefined) {
    const lines = (await readFile(file, "utf8")).replace(/\n$/, "").split("\n");
    if (count > 0) stdout.write(`${lines.slice(-count).join("\n")}\n`);
    return;
  }
  for await (const chunk of createReadStream(file)) {
    // Whoever read may have left (`| head -1`).
    if (!stdout.writable) return;
    if (!stdout.write(chunk)) await once(stdout, "drain").catch(() => undefined);
  }
}

function lineCount(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw cliError({
    code: "COUNT_INVALID",
    message: `--lines ${text} is no number of lines.`,
    hint: "Write a whole number, such as 20.",
  });
}
