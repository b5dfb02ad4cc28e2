import path from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { Emit, Log, Logs, NodeRef } from "../model/index.ts";
import type { ToolError } from "../support/error.ts";
import type { Redactor } from "../support/redact.ts";
import { type FileStream, openFile } from "./file-stream.ts";

/** Of a line that does not end, so much is held back that a secret at the cut is still found whole. */
const LONGEST_LINE = 64 * 1024;
const HELD_BACK = 16 * 1024;
const KEPT_LINES = 200;
const LONGEST_KEPT = 2_000;

/**
 * Log files below `logs/` in the run's folder, one for each part of the run. Text is redacted line by line, so that a secret that
 * arrives in two chunks is still found; each line is also emitted for whoever shows it live.
 */
export function createLogs(options: {
  folder: string;
  redactor: Redactor;
  emit: Emit;
  onError: (error: ToolError) => void;
}): Logs {
  const open = new Map<string, { log: Log; close: () => Promise<void> }>();
  return {
    open(node) {
      const key = `${node.kind} ${node.name}`;
      const known = open.get(key);
      if (known !== undefined) return known.log;
      const taken = [...open.values()].map((each) => each.log.file);
      const file = fileNames(node).find((name) => !taken.includes(name)) ?? "";
      const stream = openFile({ file: path.join(options.folder, file), onError: options.onError });
      const made = createLog({ ...options, node, file, stream });
      open.set(key, made);
      return made.log;
    },
    async close() {
      await Promise.all([...open.values()].map((each) => each.close()));
    },
  };
}

function createLog(options: {
  node: NodeRef;
  file: string;
  stream: FileStream;
  redactor: Redactor;
  emit: Emit;
}): { log: Log; close: () => Promise<void> } {
  const { node, stream, redactor, emit } = options;
  const kept: string[] = [];
  const pending = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") };
  const partial = { stdout: "", stderr: "" };
  let closed = false;

  async function put(name: "stdout" | "stderr", lines: string[]): Promise<void> {
    if (lines.length === 0) return;
    const text = redactor.text(`${lines.join("\n")}\n`);
    const clean = text.slice(0, -1).split("\n");
    kept.push(...clean.slice(-KEPT_LINES).map(shortened));
    if (kept.length > 2 * KEPT_LINES) kept.splice(0, kept.length - KEPT_LINES);
    emit({ type: "output", node, stream: name, text });
    await stream.write(text);
  }

  const log: Log = {
    file: options.file,
    async write(name, chunk) {
      if (closed) return;
      const lines = (partial[name] + pending[name].write(Buffer.from(chunk))).split("\n");
      partial[name] = lines.pop() ?? "";
      if (partial[name].length > LONGEST_LINE) {
        const long = redactor.text(partial[name]);
        lines.push(long.slice(0, -HELD_BACK));
        partial[name] = long.slice(-HELD_BACK);
      }
      await put(name, lines);
    },
    lastLines(count) {
      // What has no end yet is shown too, and goes on growing.
      const unfinished = STREAMS.map((name) => partial[name]).filter((text) => text !== "");
      return [...kept, ...unfinished.map((text) => shortened(redactor.text(text)))].slice(-count);
    },
  };
  return {
    log,
    async close() {
      for (const name of STREAMS) {
        const rest = partial[name] + pending[name].end();
        if (!closed && rest !== "") void put(name, [rest]);
        partial[name] = "";
      }
      closed = true;
      await stream.close();
    },
  };
}

const STREAMS = ["stdout", "stderr"] as const;

function shortened(line: string): string {
  return line.length > LONGEST_KEPT ? `${line.slice(0, LONGEST_KEPT)}…` : line;
}

/** The log's usual name, and one for a node whose usual name is taken: a service may be called `build`. */
function fileNames(node: NodeRef): string[] {
  const name = node.name.replace(/[^a-zA-Z0-9_.-]/g, "-");
  const usual = node.kind === "build" ? "build" : node.kind === "suite" ? `suite-${name}` : name;
  const others = Array.from({ length: 9 }, (_, at) => `${node.kind}-${name}-${at + 1}`);
  return [usual, ...others].map((each) => path.posix.join("logs", `${each}.log`));
}
