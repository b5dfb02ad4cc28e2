import { link, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pause } from "../support/abort.ts";
import { EXIT } from "../support/error.ts";
import { makeFolder } from "../support/make-folder.ts";
import { runError } from "./errors.ts";
import { processIdentity } from "./process-identity.ts";

const LOOK_MS = 10;
const LIMIT_MS = 10_000;

/**
 * Does something that only one process of this user may do at once; it must be short. A process that died while it was its turn
 * holds nobody up. Fails with TURN_NOT_COME after 10 s.
 */
export async function inTurn<T>(
  options: { file: string; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const { file, signal } = options;
  await makeFolder(path.dirname(file));
  const mine = `${file}.${process.pid}.${performance.now()}`;
  await writeFile(mine, JSON.stringify({ pid: process.pid, identity: await processIdentity(process.pid) }));
  const limit = Date.now() + LIMIT_MS;
  try {
    // A link is there with its content, or not at all.
    while (!(await tryLink(mine, file))) {
      if (!(await holderLives(file))) await rm(file, { force: true });
      else if (Date.now() < limit) await pause(LOOK_MS, signal);
      else throw late(file);
    }
    try {
      return await work();
    } finally {
      await rm(file, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function holderLives(file: string): Promise<boolean> {
  try {
    const { pid, identity } = JSON.parse(await readFile(file, "utf8")) as { pid: number; identity: string };
    return identity !== "" && (await processIdentity(pid)) === identity;
  } catch (error) {
    // It has just been given up, which the next try finds out; what cannot be read is nobody's.
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

function late(file: string): Error {
  return runError({
    code: "TURN_NOT_COME",
    message: `Another process has held ${file} for ${LIMIT_MS / 1000} s.`,
    hint: "Remove the file if no other seatrial is starting.",
    exitCode: EXIT.unreachable,
  });
}
