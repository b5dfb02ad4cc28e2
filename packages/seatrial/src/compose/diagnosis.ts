import path from "node:path";
import { EXIT, type ToolError } from "../support/error.ts";
import { nameFiles } from "./document.ts";
import { composeError } from "./errors.ts";

const LOG_LINE = /^time="[^"]*" level=(\w+) msg="((?:[^"\\]|\\.)*)"/;

/** Splits what Compose wrote to stderr into warnings and the failure's own text. */
export function readStderr(stderr: string): { warnings: string[]; failure: string } {
  const warnings: string[] = [];
  const failure: string[] = [];
  for (const line of stderr.split(/\r?\n/).filter((text) => text.trim() !== "")) {
    const log = LOG_LINE.exec(line);
    if (log === null) failure.push(line.trimEnd());
    else if (log[1] === "warning" && !line.includes("`version` is obsolete")) {
      warnings.push((log[2] ?? "").replace(/\\(.)/g, "$1"));
    }
  }
  return { warnings: [...new Set(warnings)], failure: failure.join("\n") };
}

/** True when docker itself answered, because it has no Compose plugin. */
export function saysPluginIsMissing(stderr: string): boolean {
  return /docker \[OPTIONS\] COMMAND|unknown command: docker compose|is not a docker command|unknown shorthand flag: 'f' in -f/.test(
    stderr,
  );
}

/** Docker has no Compose plugin, or looks for none since its own configuration cannot be read. */
export function pluginFailure(stderr: string): ToolError {
  const [, unread] = /Error loading config file: (.*)/.exec(stderr) ?? [];
  if (unread === undefined) return composeMissing("plugin");
  return composeError({
    code: "COMPOSE_FAILED",
    message: `The docker command line cannot read its configuration, and finds no Compose plugin without it: ${unread}`,
    hint: "Set HOME (or DOCKER_CONFIG) to a folder, and mend the file that is named.",
  });
}

export function composeMissing(what: "docker" | "plugin", cause?: unknown): ToolError {
  return composeError({
    code: "COMPOSE_MISSING",
    message:
      what === "docker"
        ? "The docker command line was not found, and Compose files are read with `docker compose`."
        : "The docker command line has no Compose plugin, and Compose files are read with `docker compose`.",
    hint: `Install it with \`${what === "docker" ? "apt-get install docker-cli docker-compose" : "apt-get install docker-compose-plugin"}\` or your system's like (Debian 13: docker-compose, Ubuntu: docker-compose-v2, Docker's own packages: docker-compose-plugin), then see \`docker compose version\`.`,
    exitCode: EXIT.unreachable,
    cause,
  });
}

/** What Compose said against the file, for people: our file names, no log decoration. */
export function composeFailure(options: {
  failure: string;
  files: readonly string[];
  projectFolder: string;
}): ToolError {
  const { files, projectFolder } = options;
  const said =
    options.failure
      .replace(/: invalid compose project$/m, "")
      .replaceAll(`${projectFolder}${path.sep}`, "")
      .trim() || "Compose gave no reason";
  const names = nameFiles({ files, projectFolder });
  const cycle = /dependency cycle detected: (.*)/.exec(said);
  if (cycle !== null) return cycleError({ cycle: (cycle[1] ?? "").split(/\s*->\s*/), file: names });
  return composeError({
    code: "COMPOSE_INVALID",
    message: `${names} is not valid: ${said.replace(/^validating \S+: /, "")}`,
    hint: hintFor(said),
  });
}

export function cycleError(options: { cycle: readonly string[]; file: string }): ToolError {
  return composeError({
    code: "COMPOSE_CYCLE",
    message: `The services of ${options.file} wait for each other: ${options.cycle.join(" → ")}`,
    hint: "Remove one of these depends_on entries.",
  });
}

const HINTS: [RegExp, (match: RegExpExecArray) => string][] = [
  [
    /required variable (\S+) is missing/,
    (match) => `Set ${match[1]} in the environment or in the project's .env file.`,
  ],
  [/env file (\S+) not found/, (match) => `Create ${match[1]}, or say \`required: false\` for it.`],
  [
    /additional properties? '([^']+)'/i,
    (match) =>
      `Check the spelling of ${match[1]}; a newer key needs a newer Compose (docker compose version).`,
  ],
  [
    /no such file or directory/,
    () => "Check `compose:` in seatrial.yaml, and the paths in the Compose file.",
  ],
  [
    /container name .* already in use/,
    () => "A run gives its containers names of its own; leave container_name out.",
  ],
];

function hintFor(said: string): string {
  for (const [pattern, hint] of HINTS) {
    const match = pattern.exec(said);
    if (match !== null) return hint(match);
  }
  return "`docker compose config` shows the same message.";
}
