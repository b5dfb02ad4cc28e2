import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import type { BuildTarget } from "../model/index.ts";
import { runCommand } from "../support/command.ts";
import { bakeFile } from "./bake.ts";

/** Texts that mean something to bake's own language, and must mean nothing there. */
const TEXTS = [
  "${HOME}",
  "$${HOME}",
  "$$${HOME}",
  "${",
  "%{ if true }",
  "%%{x}",
  "100 % of $HOME, $(date) and {braces}",
  'a "quoted" \\ and\na second line',
  "${target.release.context}",
];
const texts = Object.fromEntries(TEXTS.map((text, index) => [`T${index}`, text]));

/** What buildx itself understands of a file. */
async function understood(target: BuildTarget): Promise<Record<string, unknown>> {
  const result = await runCommand({
    argv: ["docker", "buildx", "bake", "--file", "-", "--print"],
    env: process.env,
    input: JSON.stringify(bakeFile([target], () => ({}))),
    signal: AbortSignal.timeout(20_000),
  });
  expect(result.code, result.stderr).toBe(0);
  return JSON.parse(result.stdout).target[target.key];
}

it("every text of a target reaches the builder as it was written", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "build bake, ${x} "));
  const file = path.join(folder, 'npm"rc');
  await writeFile(file, "secret");
  try {
    const dockerfileInline = `FROM scratch\n# ${TEXTS.join("\n# ")}\n`;
    const target: BuildTarget = {
      key: "release",
      context: folder,
      dockerfileInline,
      args: texts,
      secrets: [{ id: "npmrc", from: { kind: "file", path: file } }],
      contexts: { "a${b}": folder },
      ssh: [],
      extraHosts: [],
      labels: { ...texts, "name.${x}": "value" },
      cacheFrom: [],
    };
    expect(await understood(target)).toMatchObject({
      context: folder,
      "dockerfile-inline": dockerfileInline,
      args: texts,
      labels: target.labels,
      contexts: target.contexts,
      secret: [`id=npmrc,"src=${file.replaceAll('"', '""')}"`],
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
