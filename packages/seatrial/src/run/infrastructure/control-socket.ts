import { chmod, mkdtemp, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { makeFolder } from "../../support/make-folder.ts";

/** Where a control socket is made, and how its place is tidied. */
export interface SocketPlace extends AsyncDisposable {
  readonly path: string;
}

/** Removes the socket of an owner that is dead, and the temporary folder that it may have had. */
export async function removeSocket(socket: string): Promise<void> {
  await rm(socket, { force: true });
  // Of no other folder: one with something in it stays.
  if (path.basename(socket) === TEMPORARY_NAME) await rmdir(path.dirname(socket)).catch(() => undefined);
}

const TEMPORARY_NAME = "control.sock";

/** Addresses of sockets are short in every kernel. */
const LONGEST_PATH = 100;

/** A place that only this user can enter: in the folder, or in a temporary one where its path is too long for a socket. */
export async function findSocketPlace(folder: string, name: string): Promise<SocketPlace> {
  const wanted = path.join(folder, name);
  if (Buffer.byteLength(wanted) <= LONGEST_PATH) {
    await makeFolder(folder);
    await chmod(folder, 0o700);
    return { path: wanted, [Symbol.asyncDispose]: () => rm(wanted, { force: true }) };
  }
  // Made with mode 0700.
  const other = await mkdtemp(path.join(tmpdir(), "seatrial-"));
  return {
    path: path.join(other, TEMPORARY_NAME),
    [Symbol.asyncDispose]: () => rm(other, { recursive: true, force: true }),
  };
}
