import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isToolError, type ToolError } from "../../support/error.ts";
import type { Environment } from "../environment.ts";

/** A folder with these files, gone when disposed. */
export interface TestFolder extends AsyncDisposable {
  path: string;
  /** As seen by somebody who stands in it. */
  environment(env?: Record<string, string>): Environment;
}

export async function makeFolder(files: Record<string, string | Uint8Array>): Promise<TestFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "seatrial-config-")));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  // The search upwards must end here, whatever is above.
  await mkdir(join(path, ".git"), { recursive: true });
  return {
    path,
    environment: (env = {}) => ({ env, cwd: path, home: join(path, "home") }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** The error that a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<ToolError> {
  try {
    await promise;
  } catch (error) {
    if (isToolError(error)) return error;
    throw error;
  }
  throw new Error("expected a failure");
}

/** The first lines of each mistake in an error's message: what stands before the line of the file. */
export function sentencesOf(error: ToolError): string[] {
  return error.message.split("\n").filter((line) => /^[^ ].*:\d+:\d+: /.test(line));
}
