import { describeChecks, planChecks } from "../check/index.ts";
import { loadProject } from "../config/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import { createRedactor } from "../support/redact.ts";
import type { CheckFlags } from "./flags.ts";
import type { Surroundings } from "./surroundings.ts";

const WIDTH = 100;
const INDENT = " ".repeat(14);

/** `check --list`: what each check does, and what the project asks of it. Needs no engine. */
export async function listChecks(options: {
  surroundings: Surroundings;
  flags: CheckFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { folder, file } = flags;
  const project = await loadProject({ environment: surroundings.environment, folder, file });
  const { image, check } = project.config;
  const plan = planChecks({ settings: check, release: image.release, secrets: image.secrets });
  const checks = createRedactor(project.secretValues).value(describeChecks(plan));
  const lines =
    flags.json === true
      ? [JSON.stringify(checks)]
      : checks.flatMap(({ name, asked, explain }) => [
          `${name.padEnd(INDENT.length)}${asked ?? "(nothing is asked)"}`,
          ...wrap(explain, WIDTH - INDENT.length).map((line) => INDENT + line),
          "",
        ]);
  surroundings.stdout.write(`${lines.join("\n").trimEnd()}\n`);
  return EXIT.ok;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
