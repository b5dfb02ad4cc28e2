import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A digest of files and of all that folders hold, in which names count too. `isPart` leaves files out by their path. */
export function digestOf(paths, isPart = () => true) {
  const hash = createHash("sha256");
  for (const file of paths.flatMap(filesOf).filter(isPart))
    hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => filesOf(join(path, entry.name)));
}
