import { join, relative } from "node:path";
import { isToolError } from "../../support/error.ts";
import { type OutlineService, outlineCompose } from "../compose-outline.ts";
import { findDockerfile } from "../dockerfile/find.ts";
import { readDockerfile } from "../dockerfile/read.ts";
import type { DockerfileSummary } from "../dockerfile/summary.ts";
import type { Environment } from "../environment.ts";
import { findComposeFiles } from "../find-compose.ts";
import { nameOfFolder } from "../project-name.ts";
import { readText } from "../read-text.ts";

/** What a project's files say about how it is built and tested. */
export interface ConfigFacts {
  /** The project's folder. */
  root: string;
  name: string;
  dockerfile: DockerfileSummary;
  /** Relative to the project's folder. */
  dockerfilePath: string;
  /** Relative to the project's folder; empty without a Compose file. */
  composeFiles: string[];
  services: OutlineService[];
  /** Its Python files speak of pytest. */
  usesPytest: boolean;
  /** The `test` script of its package.json. */
  testScript?: string | undefined;
}

const PYTHON_FILES = [
  "pyproject.toml",
  "pytest.ini",
  "setup.cfg",
  "tox.ini",
  "requirements-dev.txt",
  "requirements.txt",
];

/** Looks at a project for `init`. Fails when there is no Dockerfile, or one that cannot be read. */
export async function gatherFacts(options: { root: string; environment: Environment }): Promise<ConfigFacts> {
  const { root, environment } = options;
  const lookup = (name: string) => environment.env[name];
  const files = await findComposeFiles({
    root,
    environment,
    named: undefined,
    composeFile: lookup("COMPOSE_FILE"),
    separator: lookup("COMPOSE_PATH_SEPARATOR"),
  });
  const outline = await outlineCompose({ files, lookup, environment });
  const fromCompose = outline.services.flatMap((service) => service.build?.dockerfile ?? []);
  const path = await findDockerfile({ root, environment, fromCompose });
  const dockerfile = await readDockerfile({ path, args: {}, environment });
  const read = (name: string) => textOf(join(root, name), environment);
  const python = await Promise.all(PYTHON_FILES.map(read));
  return {
    root,
    name: nameOfFolder(outline.name ?? root),
    dockerfile,
    dockerfilePath: relative(root, path),
    composeFiles: files.map((file) => relative(root, file)),
    services: outline.services,
    usesPytest: python.some((text) => /\bpytest\b/.test(text)),
    testScript: testScriptIn(await read("package.json")),
  };
}

async function textOf(path: string, environment: Environment): Promise<string> {
  try {
    const codes = { missing: "CONFIG_NOT_FOUND", unreadable: "CONFIG_UNREADABLE" } as const;
    return (await readText({ path, environment, ...codes })).text;
  } catch (error) {
    // A hint that is not there, or is no text, is only one hint less.
    if (isToolError(error)) return "";
    throw error;
  }
}

function testScriptIn(text: string): string | undefined {
  try {
    const value = (JSON.parse(text) as { scripts?: { test?: unknown } } | null)?.scripts?.test;
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
