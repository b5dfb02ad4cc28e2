import { connect } from "../../agent/connect.ts";
import { type FakeFiles, fakeAgent } from "../../agent/testing/index.ts";
import { createMemoryEngine } from "../../engine/memory/index.ts";
import type { ToolContainer } from "../collect/tool-agents.ts";

/** What a tool does in a fake container: its output and code; undefined: it is not there. */
export type FakeTool = (
  argv: readonly string[],
  files: FakeFiles,
) => { code?: number; stdout?: string; stderr?: string } | undefined;

/** A container of an image with these files and tools, and these labels. */
export async function toolContainer(options: {
  files?: Record<string, string>;
  tool?: FakeTool;
  labels?: Record<string, string>;
}): Promise<ToolContainer> {
  const files: FakeFiles = new Map(
    Object.entries(options.files ?? {}).map(([name, content]) => [name, { content }]),
  );
  const { stream } = fakeAgent({
    files,
    processes: ({ argv }) => {
      const result = options.tool?.(argv, files);
      if (result === undefined) return { refuse: `no ${argv[0]}` };
      const { code = 0, stdout = "", stderr = "" } = result;
      return [{ stdout }, { stderr }, { exit: code }];
    },
  });
  const engine = createMemoryEngine({
    images: [{ reference: "tools:1", config: { labels: options.labels ?? {}, workingDir: "/app" } }],
  });
  const image = await engine.images.inspect("tools:1", new AbortController().signal);
  if (image === undefined) throw new Error("the image is there");
  return { agent: connect(stream, { label: "the test's agent" }), image };
}

/** A Python with coverage.py, which reports that so many lines of a file ran. */
export function fakePython(file: string, ...executed: number[]): FakeTool {
  return (argv, files) => {
    if (argv[0] !== "python3") return undefined;
    if (argv[1] === "-c") return { stdout: "7.17.3\n" };
    const output = argv[argv.indexOf("-o") + 1] ?? "";
    if (argv.includes("json"))
      files.set(output, {
        content: JSON.stringify({ files: { [file]: { executed_lines: executed, missing_lines: [9] } } }),
      });
    return {};
  };
}
