import { finished } from "node:stream/promises";
import { describeEngineContract } from "../contract.ts";
import { createMemoryHost } from "./index.ts";
import type { MemoryContainer, MemoryPrograms } from "./program.ts";

const programs: MemoryPrograms = {
  echo: async (container) => await echo(container),
  exit: async ({ argv }) => Number(argv[1]),
  say: async ({ argv, stdio, writeStderr }) => {
    stdio.write(argv[1]);
    writeStderr(argv[2] ?? "");
    return 0;
  },
  "write-then-echo": async (container) => {
    const files = JSON.parse(container.argv[1] ?? "{}") as Record<string, string>;
    for (const [path, content] of Object.entries(files)) container.files.write(path, content);
    return await echo(container);
  },
  read: async ({ argv, stdio, files }) => {
    stdio.write(files.read(argv[1] ?? "") ?? "missing");
    return 0;
  },
  sleep: async ({ signal }) =>
    await new Promise((resolve) => signal.addEventListener("abort", () => resolve(143), { once: true })),
};

async function echo({ stdio }: MemoryContainer): Promise<number> {
  stdio.pipe(stdio, { end: false });
  await finished(stdio, { writable: false });
  return 0;
}

describeEngineContract("memory", async () => {
  const host = createMemoryHost({ programs, images: [{ reference: "base:1" }] });
  const image = await host.connect().images.inspect("base:1", new AbortController().signal);
  return {
    connect: async () => host.connect(),
    image: image?.id ?? "",
    argv: {
      echo: ["echo"],
      exit: (code) => ["exit", String(code)],
      say: ({ stdout, stderr }) => ["say", stdout, stderr],
      writeThenEcho: (files) => ["write-then-echo", JSON.stringify(files)],
      read: (path) => ["read", path],
      sleep: ["sleep"],
    },
  };
});
