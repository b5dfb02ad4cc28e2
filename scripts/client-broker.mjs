// A real broker for the tests of clients: bundled from the source, since Node does not run TypeScript.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { NODE_BUNDLE } from "./node-bundle.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Starts one; `env` tells clients where it is, `folder` has the files of its spaces. */
export async function startClientBroker() {
  const folder = await mkdtemp(join(tmpdir(), "seatrial-clients-"));
  const outfile = join(folder, "serve.mjs");
  await build({
    ...NODE_BUNDLE,
    entryPoints: [join(root, "packages/seatrial/src/spaces/testing/serve.ts")],
    outfile,
  });
  const { serveTestBroker } = await import(pathToFileURL(outfile).href);
  const served = await serveTestBroker({ folder });
  return {
    env: { SEATRIAL_BROKER: served.url, SEATRIAL_TOKEN: served.token },
    folder,
    async close() {
      await served[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
