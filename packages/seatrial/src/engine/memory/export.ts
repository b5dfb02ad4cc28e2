import { Readable } from "node:stream";
import { pack } from "tar-stream";
import type { MemoryImage } from "./state.ts";

/** Images as Docker Engine 20.10 writes them: a folder for each layer, `manifest.json` last. */
export function exportMemoryImages(images: readonly MemoryImage[]): Readable {
  const tar = pack();
  const tars = new Map(images.flatMap((image) => [...image.tars]));
  const nameOf = (digest: string) => digest.replace(/^sha256:/, "");
  for (const [diffId, content] of tars) tar.entry({ name: `${nameOf(diffId)}/layer.tar` }, content);
  for (const { details, history } of images) {
    tar.entry({ name: `${nameOf(details.id)}.json` }, JSON.stringify(configOf(details, history)));
  }
  const manifest = images.map(({ details, references }) => ({
    Config: `${nameOf(details.id)}.json`,
    RepoTags: [...references],
    Layers: details.layers.map((diffId) => `${nameOf(diffId)}/layer.tar`),
  }));
  tar.entry({ name: "manifest.json" }, JSON.stringify(manifest));
  tar.finalize();
  return Readable.from(tar, { objectMode: false });
}

function configOf({ config, layers, platform }: MemoryImage["details"], history: MemoryImage["history"]) {
  const [os = "", architecture = ""] = platform.split("/");
  return {
    os,
    architecture,
    config: {
      User: config.user,
      Env: Object.entries(config.env).map(([name, value]) => `${name}=${value}`),
      Entrypoint: config.entrypoint,
      Cmd: config.command,
      WorkingDir: config.workingDir,
      Labels: config.labels,
    },
    rootfs: { type: "layers", diff_ids: layers },
    history: history.map(({ line, empty }) => ({ created_by: line, empty_layer: empty === true })),
  };
}
