import path from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { Emit, Log, Logs, NodeRef } from "../model/index.ts";
import type { ToolError } from "../support/error.ts";
import type { Redactor } from "../support/redact.ts";
import { type FileStream, openFile } from "./file-stream.ts";

const LONGEST_LINE = 64 * 1024;
const KEPT_LINES = 200;

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
      const file = path.posix.join("logs", `${fileName(node)}.log`);
      const known = open.get(file);
      if (known !== undefined) return known.log;
      const stream = openFile({ file: path.join(options.folder, file), onError: options.onError });
      const made = createLog({ ...options, node, file, stream });
      open.set(file, made);
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

  async function put(name: "stdout" | "stderr", lines: string[]): Promise<void> {
    if (lines.length === 0) return;
    const text = redactor.text(`${lines.join("\n")}\n`);
    const clean = text.slice(0, -1).split("\n");
    kept.push(...clean.slice(-KEPT_LINES));
    if (kept.length > 2 * KEPT_LINES) kept.splice(0, kept.length - KEPT_LINES);
    emit({ type: "output", node, stream: name, text });
    await stream.write(text);
  }

  function flushPartial(): void {
    for (const name of ["stdout", "stderr"] as const) {
      if (partial[name] !== "") void put(name, [partial[name]]);
      partial[name] = "";
    }
  }

  const log: Log = {
    file: options.file,
    async write(name, chunk) {
      const lines = (partial[name] + pending[name].write(Buffer.from(chunk))).split("\n");
      partial[name] = lines.pop() ?? "";
      if (partial[name].length > LONGEST_LINE) {
        lines.push(partial[name]);
        partial[name] = "";
      }
      await put(name, lines);
    },
    lastLines(count) {
      flushPartial();
      return kept.slice(-count);
    },
  };
  return {
    log,
    async close() {
      flushPartial();
      await stream.close();
    },
  };
}

function fileName(node: NodeRef): string {
  const name = node.name.replace(/[^a-zA-Z0-9_.-]/g, "-");
  return node.kind === "build" ? "build" : node.kind === "suite" ? `suite-${name}` : name;
}
