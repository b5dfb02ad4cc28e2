import { posix } from "node:path";
import type { Agent, FileDetails } from "../../agent/index.ts";
import type { ExistenceTest } from "../../config/index.ts";
import { isToolError } from "../../support/error.ts";
import { expand } from "./expand.ts";
import { fileMode } from "./file-mode.ts";
import type { Verdict } from "./verdict.ts";

const EXECUTABLE = { any: 0o111, owner: 0o100, group: 0o010, other: 0o001 } as const;

/** Looks for a file, folder or link; a link is not followed. Devices, pipes and sockets count as nothing, as in the tool itself. */
export async function runExistenceTest(
  test: ExistenceTest,
  options: { agent: Agent; env: Record<string, string>; signal: AbortSignal },
): Promise<Verdict> {
  const path = posix.join("/", expand(test.path, options.env));
  const found = await look(path, options);
  if (found === undefined) return { problems: test.shouldExist ? [`${path} does not exist.`] : [] };
  if (!test.shouldExist) return { problems: [`${path} exists: ${fileMode(found)}.`] };
  const { permissions, isExecutableBy: who, uid, gid } = test;
  const mode = fileMode(found);
  const problems: string[] = [];
  if (permissions !== undefined && mode !== permissions)
    problems.push(`${path} has the permissions ${mode}, expected ${permissions}.`);
  if (who !== undefined && (found.mode & EXECUTABLE[who]) === 0)
    problems.push(`${path} is not executable by ${who}: ${mode}.`);
  if (uid !== undefined && found.uid !== uid)
    problems.push(`${path} belongs to user ${found.uid}, expected ${uid}.`);
  if (gid !== undefined && found.gid !== gid)
    problems.push(`${path} belongs to group ${found.gid}, expected ${gid}.`);
  return { problems };
}

async function look(
  path: string,
  options: { agent: Agent; signal: AbortSignal },
): Promise<FileDetails | undefined> {
  try {
    const found = await options.agent.files.statLink(path, options.signal);
    return found?.kind === "other" ? undefined : found;
  } catch (error) {
    // Below what is no folder there is nothing.
    if (isToolError(error, "FILE_FAILED") && /not a directory/.test(error.message)) return undefined;
    throw error;
  }
}
