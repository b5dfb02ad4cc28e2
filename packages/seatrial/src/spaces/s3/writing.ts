import path from "node:path";
import { inParallel } from "../parallel.ts";

/**
 * Writes objects, several at a time once their folder is there: a server that keeps objects as files makes folders on the way, and
 * rclone loses an object when two requests make the same folder at once.
 */
export async function writeObjects<T extends { key: string }>(
  objects: readonly T[],
  write: (object: T) => Promise<unknown>,
): Promise<void> {
  const known = new Set<string>(["."]);
  const rest: T[] = [];
  for (const object of objects) {
    const folder = path.posix.dirname(object.key);
    if (known.has(folder)) rest.push(object);
    else {
      await write(object);
      known.add(folder);
    }
  }
  await inParallel(rest, write);
}
