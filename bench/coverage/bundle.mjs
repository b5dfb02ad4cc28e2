import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { NODE_BUNDLE } from "../../scripts/node-bundle.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** Makes one program of `ours.mjs` and the product's sources, as the product itself is made; returns its file. */
export async function bundleOurs(folder) {
  const outfile = join(folder, "ours.mjs");
  await build({ ...NODE_BUNDLE, entryPoints: [join(here, "ours.mjs")], outfile });
  return outfile;
}
