import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { NODE_BUNDLE } from "../../../scripts/node-bundle.mjs";

/** A program of this folder, as a process that prints lines of JSON and is told lines of JSON. */
export interface Talker<Line> {
  child: ChildProcess;
  /** Everything that it printed so far. */
  lines: Line[];
  tell(message: unknown): void;
  /** Resolves with the first line that fits, from those that came before too; rejects when the program ends before. */
  line<Found extends Line>(fits: (line: Line) => line is Found): Promise<Found>;
  /** Resolves when it has ended and all it printed was read. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>;
}

/** Makes programs of TypeScript files of this folder: they run in processes of their own, which can be killed. */
export async function bundlePrograms(names: string[], outdir: string): Promise<(name: string) => string> {
  await build({
    ...NODE_BUNDLE,
    entryPoints: names.map((name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))),
    outdir,
    outExtension: { ".js": ".mjs" },
    splitting: true,
  });
  return (name) => `${outdir}/${name}.mjs`;
}

/** Starts one. `onLine` sees each line as it comes. */
export function startTalker<Line>(
  file: string,
  options: unknown,
  onLine: (line: Line) => void = () => undefined,
): Talker<Line> {
  const child = spawn(process.execPath, [file, JSON.stringify(options)], { stdio: ["pipe", "pipe", "pipe"] });
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  let [rest, stderr, isOver] = ["", "", false];
  child.stdin.on("error", () => undefined);
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const line: Line = JSON.parse(part);
      lines.push(line);
      onLine(line);
    }
    for (const look of waiting) look();
  });
  const ended = once(child, "close").then(([code, signal]) => {
    isOver = true;
    for (const look of waiting) look();
    return { code, signal, stderr };
  });
  return {
    child,
    lines,
    ended,
    tell: (message) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    line: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(fits);
          if (found === undefined && !isOver) return;
          waiting.delete(look);
          if (found !== undefined) resolve(found);
          else reject(new Error(`${file} ended before it said what was waited for:\n${stderr}`));
        };
        waiting.add(look);
        look();
      }),
  };
}
