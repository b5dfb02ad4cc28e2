import path from "node:path";
import type { FileDetails } from "../../agent/index.ts";
import { isToolError } from "../../support/error.ts";
import { suiteError } from "../errors.ts";
import { workingDirOf } from "./command-process.ts";
import type { ShardContext } from "./runner.ts";

/** A compiled test binary of the image. */
export interface GoBinary {
  /** Absolute. */
  path: string;
  /** The package's import path; the path below the binaries' folder when the binary does not tell. */
  package: string;
  /** Relative to the main module's root, `""` for the root itself; undefined when the binary does not tell. */
  folderInModule?: string | undefined;
  /** `1.24`, when the binary tells. */
  goVersion?: { major: number; minor: number } | undefined;
  /** Built with `-cover`. */
  isCovered?: boolean | undefined;
}

/** The test binaries of a suite, sorted by path. Fails with GO_BINARIES_MISSING. */
export async function findBinaries(context: ShardContext): Promise<GoBinary[]> {
  const folder = path.posix.resolve(workingDirOf(context), context.spec.binaries ?? "/");
  const files = await listTests(context, folder);
  const binaries = files.filter(isBinary).map((file) => binaryOf(file, folder));
  if (binaries.length > 0) return binaries.sort((a, b) => (a.path < b.path ? -1 : 1));
  throw suiteError({
    code: "GO_BINARIES_MISSING",
    message: `Suite ${context.spec.name} has no Go test binary: no executable *.test file below ${folder} in its image`,
    hint: `Compile them in the Dockerfile with \`go test -c -o ${folder}/PACKAGE.test ./PACKAGE\` and copy them into the suite's stage, or mend \`binaries\`.`,
  });
}

async function listTests(context: ShardContext, folder: string): Promise<FileDetails[]> {
  try {
    return await context.agent.files.list(folder, {
      suffix: ".test",
      buildInfo: true,
      signal: context.signal,
    });
  } catch (error) {
    if (isToolError(error, "FILE_NOT_FOUND")) return [];
    throw error;
  }
}

function isBinary(file: FileDetails): boolean {
  return file.kind === "file" && (file.go !== undefined || (file.mode & 0o111) !== 0);
}

function binaryOf(file: FileDetails, folder: string): GoBinary {
  const absolute = path.posix.resolve(folder, file.path);
  if (file.go === undefined || file.go.path === "")
    return { path: absolute, package: path.posix.relative(folder, absolute).replace(/\.test$/, "") };
  const { module, goVersion, settings } = file.go;
  const name = file.go.path.replace(/\.test$/, "");
  const inModule =
    name === module ? "" : name.startsWith(`${module}/`) ? name.slice(module.length + 1) : undefined;
  return {
    path: absolute,
    package: name,
    folderInModule: inModule,
    goVersion: versionOf(goVersion),
    isCovered: settings["-cover"] === "true",
  };
}

function versionOf(text: string): GoBinary["goVersion"] {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined || minor === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor) };
}

/** Where a package's tests run: the mapped folder, the package's own below the working directory, or the binary's. */
export async function folderOf(binary: GoBinary, context: ShardContext): Promise<string> {
  const { spec, agent, signal } = context;
  const root = workingDirOf(context);
  const mapped = spec.testdata[binary.package] ?? spec.testdata[binary.folderInModule ?? binary.package];
  if (mapped !== undefined) return path.posix.resolve(root, mapped);
  if (binary.folderInModule !== undefined) {
    const own = path.posix.join(root, binary.folderInModule);
    const found = await agent.files.stat(own, signal);
    if (found?.kind === "folder") return own;
  }
  return path.posix.dirname(binary.path);
}
