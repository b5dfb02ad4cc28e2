import { type AgentFiles, readText } from "../../agent/index.ts";
import { isToolError } from "../../support/error.ts";

/** Whose a file is, by number. */
export interface FileOwner {
  uid: number;
  gid: number;
}

/**
 * Whose files are that a process of this user should read: `name`, `uid`, `name:group`, `uid:gid`, looked up in the container's own
 * files. No user, and names that are not there (its process will not start either), are root.
 */
export async function findFileOwner(options: {
  files: Pick<AgentFiles, "get">;
  user: string | undefined;
  signal: AbortSignal;
}): Promise<FileOwner> {
  const [user = "", group] = (options.user ?? "").split(":");
  if (user === "") return { uid: 0, gid: 0 };
  if (isNumber(user) && group !== undefined && isNumber(group))
    return { uid: Number(user), gid: Number(group) };
  const accounts = await readTable({ ...options, path: "/etc/passwd" });
  const account = accounts.find(([name, , uid]) => name === user || uid === user);
  const uid = Number(account?.[2] ?? (isNumber(user) ? user : 0));
  if (group === undefined) return { uid, gid: Number(account?.[3] ?? 0) };
  if (isNumber(group)) return { uid, gid: Number(group) };
  const groups = await readTable({ ...options, path: "/etc/group" });
  return { uid, gid: Number(groups.find(([name]) => name === group)?.[2] ?? 0) };
}

/** Lines of a file such as /etc/passwd, in fields; a container need not have one. */
async function readTable(options: {
  files: Pick<AgentFiles, "get">;
  path: string;
  signal: AbortSignal;
}): Promise<string[][]> {
  try {
    const text = await readText(options.files, options.path, options.signal);
    return text.split("\n").map((line) => line.split(":"));
  } catch (error) {
    if (isToolError(error, "FILE_NOT_FOUND")) return [];
    throw error;
  }
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}
