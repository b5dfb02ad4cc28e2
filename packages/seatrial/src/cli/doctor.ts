import { agentBinary } from "../agent/index.ts";
import { readComposeVersion } from "../compose/index.ts";
import { loadProject, type Project } from "../config/index.ts";
import { createStyle, type Style } from "../report/index.ts";
import { runCommand } from "../support/command.ts";
import { EXIT, type ExitCode, isToolError, messageOf, type ToolError } from "../support/error.ts";
import type { GlobalFlags } from "./flags.ts";
import { useColour } from "./output.ts";
import { planSecrets } from "./plan-secrets.ts";
import type { Surroundings } from "./surroundings.ts";
import { openEngine } from "./wire.ts";

interface Finding {
  name: string;
  ok: boolean;
  /** What was found. */
  found: string;
  /** The command or step that mends it. */
  mend?: string | undefined;
  /** The exit code when this is not right: 0 for what some jobs do without. */
  exitCode: ExitCode;
}

type Check = (surroundings: Surroundings, signal: AbortSignal, flags: GlobalFlags) => Promise<Finding[]>;

const LIMIT_MS = 20_000;

/** Says what is there and what is missing, each with the command that mends it. Exit code 0 when all is there that every command needs. */
export async function doctorCommand(options: {
  surroundings: Surroundings;
  flags: GlobalFlags & { json?: boolean };
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const signal = AbortSignal.timeout(LIMIT_MS);
  const checks: Check[] = [checkEngine, checkBuildx, checkCompose, checkProject];
  const findings = (await Promise.all(checks.map((check) => check(surroundings, signal, flags)))).flat();
  const { stdout, environment } = surroundings;
  const style = createStyle(useColour({ stream: stdout, env: environment.env, flag: flags.color }));
  if (flags.json === true) surroundings.stdout.write(`${JSON.stringify(findings)}\n`);
  else for (const finding of findings) surroundings.stdout.write(`${format(finding, style)}\n`);
  return findings.find(({ ok, exitCode }) => !ok && exitCode !== EXIT.ok)?.exitCode ?? EXIT.ok;
}

function format(finding: Finding, style: Style): string {
  const wrong = finding.exitCode === EXIT.ok ? style.warn("!") : style.bad("✖");
  const mark = finding.ok ? style.good("✔") : wrong;
  const mend = finding.mend === undefined ? "" : `\n  ${style.dim("mend:")} ${finding.mend}`;
  return `${mark} ${finding.name.padEnd(10)} ${finding.found}${mend}`;
}

const checkEngine: Check = async (surroundings) => {
  try {
    // How long an engine may take to start is no part of the limit.
    const engine = await openEngine(surroundings, { signal: new AbortController().signal });
    await using _closing = engine;
    const { name, version, platform, memoryBytes, cpus } = await engine.capabilities(
      AbortSignal.timeout(LIMIT_MS),
    );
    const size = `${cpus} CPUs, ${Math.round(memoryBytes / 2 ** 30)} GiB`;
    const found: Finding[] = [
      {
        name: "engine",
        ok: true,
        found: `${name} ${version} at ${engine.endpoint}, ${platform}, ${size}`,
        exitCode: EXIT.ok,
      },
    ];
    const binary = await agentBinary(platform).then(
      (file): Finding => ({ name: "agent", ok: true, found: file, exitCode: EXIT.ok }),
      (error: unknown) => failed("agent", error, EXIT.usage),
    );
    return [...found, binary];
  } catch (error) {
    return [failed("engine", error, EXIT.unreachable)];
  }
};

const checkBuildx: Check = async ({ environment }, signal) => {
  const mend = "install the docker command line's buildx plugin (Debian 13: apt-get install docker-buildx)";
  try {
    const result = await runCommand({ argv: ["docker", "buildx", "version"], env: environment.env, signal });
    const [said = ""] = `${result.stdout}${result.stderr}`.trim().split("\n");
    if (result.code === 0) return [{ name: "buildx", ok: true, found: said, exitCode: EXIT.ok }];
    const unread = /Error loading config file/.test(said);
    const other = unread ? "set HOME (or DOCKER_CONFIG) to a folder, and mend the file that is named" : mend;
    return [{ name: "buildx", ok: false, found: said, mend: other, exitCode: EXIT.unreachable }];
  } catch (error) {
    return [{ name: "buildx", ok: false, found: whyNot(error, signal), mend, exitCode: EXIT.unreachable }];
  }
};

/** Why a program could not be run. */
function whyNot(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return `docker did not answer within ${LIMIT_MS / 1000} s`;
  const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
  return missing ? "the docker command line is not in PATH" : messageOf(error);
}

const checkCompose: Check = async ({ environment }, signal) => {
  try {
    const version = await readComposeVersion({ environment: environment.env, signal });
    return [{ name: "compose", ok: true, found: version, exitCode: EXIT.ok }];
  } catch (error) {
    return [failed("compose", error, EXIT.unreachable)];
  }
};

const checkProject: Check = async (surroundings, signal, flags) => {
  try {
    const project = await loadProject({
      environment: surroundings.environment,
      folder: flags.folder,
      file: flags.file,
    });
    const suites = project.suites.map((suite) => suite.name).join(", ");
    const found = `${project.name} in ${project.root}, suites: ${suites === "" ? "none" : suites}`;
    const mend = suites === "" ? "name suites in seatrial.yaml (`seatrial init` writes one)" : undefined;
    return [
      { name: "project", ok: suites !== "", found, mend, exitCode: EXIT.usage },
      ...(await checkSecrets(project, { surroundings, signal })),
    ];
  } catch (error) {
    return [failed("project", error, EXIT.usage)];
  }
};

async function checkSecrets(
  project: Project,
  options: { surroundings: Surroundings; signal: AbortSignal },
): Promise<Finding[]> {
  const { missing, failure } = await planSecrets({ project, ...options });
  return [...missing.map(missingSecret), ...(failure === undefined ? [] : [unknownSecrets(failure)])];
}

/** Whoever needs them is told of it as a failure. */
function unknownSecrets({ message, hint }: ToolError): Finding {
  const found = `which the Compose file gives to builds is not known: ${message}`;
  return { name: "build secret", ok: false, found, mend: hint, exitCode: EXIT.ok };
}

/** Jobs that test images which others built are rightly not given it. */
function missingSecret(error: ToolError): Finding {
  const found = `${error.message.replace(/\.$/, "")}; only builds and checks of the image need it`;
  return { name: "build secret", ok: false, found, mend: error.hint, exitCode: EXIT.ok };
}

function failed(name: string, error: unknown, exitCode: ExitCode): Finding {
  const mend = isToolError(error) ? error.hint : undefined;
  return {
    name,
    ok: false,
    found: messageOf(error),
    mend,
    exitCode: isToolError(error) ? error.exitCode : exitCode,
  };
}
