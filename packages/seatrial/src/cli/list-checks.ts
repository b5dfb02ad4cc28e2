import { describeChecks, planChecks } from "../check/index.ts";
import { loadProject } from "../config/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import { createRedactor } from "../support/redact.ts";
import type { CheckFlags } from "./flags.ts";
import { planSecrets } from "./plan-secrets.ts";
import { listenForStop } from "./stop-signals.ts";
import type { Surroundings } from "./surroundings.ts";

const WIDTH = 100;
const INDENT = " ".repeat(14);

/** `check --list`: what each check does, and what the project asks of it. Needs no engine, and without Compose it warns. */
export async function listChecks(options: {
  surroundings: Surroundings;
  flags: CheckFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { folder, file } = flags;
  const project = await loadProject({ environment: surroundings.environment, folder, file });
  const { image, check } = project.config;
  using stop = listenForStop(() => undefined);
  const secrets = await planSecrets({ project, surroundings, signal: stop.signal });
  if (secrets.failure !== undefined && check.secrets.enabled)
    surroundings.stderr.write(
      `warning: the build secrets of the Compose file are not named: \`docker compose config\` could not be asked (${secrets.failure.code})\n`,
    );
  const plan = planChecks({ settings: check, release: image.release, secrets: secrets.lookedFor });
  const checks = createRedactor(secrets.values).value(describeChecks(plan));
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
