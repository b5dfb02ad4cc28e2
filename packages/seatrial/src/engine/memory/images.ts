import type { Digest, ImageConfig } from "../../model/index.ts";
import { engineError } from "../errors.ts";
import type { ImageEngine, PushedManifest } from "../image.ts";
import { exportMemoryImages } from "./export.ts";
import type { FileTree } from "./files.ts";
import { digestOf, layerTar } from "./layer-tar.ts";
import { createId, hasLabels, type MemoryHistory, type MemoryImage, type MemoryState } from "./state.ts";
import { readTar } from "./tar.ts";

export function createMemoryImages(state: MemoryState): ImageEngine {
  const { images } = state;

  function add(image: MemoryImage, reference: string): void {
    const name = withTag(reference);
    // A name moves to the newest image.
    for (const other of images.values()) other.references.delete(name);
    const held = images.get(image.details.id) ?? image;
    held.references.add(name);
    images.set(held.details.id, held);
  }

  return {
    async inspect(reference, signal) {
      signal.throwIfAborted();
      return findImage(state, reference)?.details;
    },
    async pull(reference, options) {
      options.signal.throwIfAborted();
      const image = state.registry.get(withTag(reference));
      if (image === undefined) {
        throw engineError({ code: "IMAGE_NOT_FOUND", message: `Image ${reference} does not exist.` });
      }
      options.onProgress("1 of 1 layers");
      add(image, reference);
      return image.details;
    },
    async push(reference, { onProgress, signal }) {
      signal.throwIfAborted();
      if (reference.includes("@")) {
        throw engineError({ code: "IMAGE_PUSH_FAILED", message: `A digest cannot be pushed: ${reference}` });
      }
      const name = withTag(reference);
      const image = [...images.values()].find(({ references }) => references.has(name));
      if (image === undefined) {
        throw engineError({ code: "IMAGE_NOT_FOUND", message: `The engine has no image ${reference}.` });
      }
      const pushed = (await state.onPush?.(name, image.details)) ?? madeUpManifest(image);
      const repository = name.replace(/:[^:/]*$/, "");
      const repoDigest = `${repository}@${pushed.digest}`;
      state.registry.set(name, image);
      state.registry.set(repoDigest, image);
      image.details = {
        ...image.details,
        repoDigests: [...new Set([...image.details.repoDigests, repoDigest])],
      };
      onProgress("1 of 1 layers");
      return pushed;
    },
    async tag(id, reference, signal) {
      signal.throwIfAborted();
      const image = findImage(state, id);
      if (image === undefined) throw engineError({ code: "IMAGE_NOT_FOUND", message: `No image ${id}.` });
      add(image, reference);
    },
    async remove(reference, signal) {
      signal.throwIfAborted();
      const image = findImage(state, reference);
      if (image === undefined) return;
      const isUsed = [...state.workloads.values()].some((each) => each.image === image);
      const isName = image.references.has(withTag(reference));
      const last = isName ? image.references.size === 1 : image.references.size <= 1;
      if ((last && isUsed) || (!last && !isName)) return;
      image.references.delete(withTag(reference));
      if (last) images.delete(image.details.id);
    },
    async list(labels, signal) {
      signal.throwIfAborted();
      return [...images.values()]
        .filter(({ details }) => hasLabels(details.config.labels, labels))
        .map(({ details, references }) => ({
          id: details.id,
          references: [...references],
          labels: { ...details.config.labels },
          size: details.size,
          createdAt: details.createdAt,
        }));
    },
    async commit(workload, options) {
      options.signal.throwIfAborted();
      const container = state.workloads.get(workload);
      if (container === undefined) {
        throw engineError({ code: "WORKLOAD_NOT_FOUND", message: `No container ${workload}.` });
      }
      const { details, files, tars, history } = container.image;
      const tar = layerTar(container.root);
      const diffId = digestOf(tar);
      const image = createMemoryImage({
        layers: [...details.layers, diffId],
        tars: new Map([...tars, [diffId, tar]]),
        history: [...history, { line: "commit" }],
        config: { ...details.config, labels: { ...details.config.labels, ...options.labels } },
        files: new Map([...files, ...container.root]),
        createdAt: state.now(),
      });
      add(image, options.reference);
      return image.details;
    },
    async load(tar, options) {
      options.signal.throwIfAborted();
      const files = await readTar(tar, options.signal);
      const image = createMemoryImage({
        config: { labels: { ...options.labels } },
        files,
        createdAt: state.now(),
      });
      add(image, options.reference);
    },
    async export(references, signal) {
      signal.throwIfAborted();
      const found = references.map((reference) => {
        const image = findImage(state, reference);
        if (image !== undefined) return image;
        throw engineError({ code: "IMAGE_NOT_FOUND", message: `No image ${reference}.` });
      });
      return exportMemoryImages(found);
    },
  };
}

/** The image with this id or name. */
export function findImage(state: MemoryState, reference: string): MemoryImage | undefined {
  const byId = state.images.get(reference as Digest) ?? state.images.get(`sha256:${reference}`);
  if (byId !== undefined) return byId;
  return [...state.images.values()].find(
    ({ references, details }) =>
      references.has(withTag(reference)) || details.repoDigests.includes(reference),
  );
}

/** The same for the same image, as a push has it. */
function madeUpManifest({ details }: MemoryImage): PushedManifest {
  const text = `manifest of ${details.id}`;
  return { digest: digestOf(text), size: text.length };
}

/** An image; with a new id unless one is given. Default: one layer of its files. */
export function createMemoryImage(options: {
  id?: Digest | undefined;
  layers?: Digest[] | undefined;
  /** By diff id; a layer without one cannot be exported. */
  tars?: Map<Digest, Buffer> | undefined;
  history?: MemoryHistory[] | undefined;
  config?: Partial<ImageConfig> | undefined;
  files?: FileTree | undefined;
  createdAt: number;
}): MemoryImage {
  const files = options.files ?? new Map();
  // Images without files are no less different from each other.
  const content = layerTar(files.size > 0 ? files : new Map([["/id", Buffer.from(createId())]]));
  const tars = options.tars ?? new Map([[digestOf(content), content]]);
  return {
    details: {
      id: options.id ?? `sha256:${createId()}`,
      layers: options.layers ?? [...tars.keys()],
      repoDigests: [],
      config: {
        user: "",
        env: {},
        entrypoint: [],
        command: [],
        workingDir: "",
        volumes: [],
        ports: [],
        labels: {},
        ...options.config,
      },
      platform: "linux/amd64",
      size: [...files.values()].reduce((sum, content) => sum + content.length, 0),
      createdAt: new Date(options.createdAt).toISOString(),
    },
    references: new Set(),
    files,
    tars,
    history: options.history ?? [],
  };
}

/** Names without tag and digest mean `latest`. */
export function withTag(reference: string): string {
  return /:[^/]*$|@/.test(reference) ? reference : `${reference}:latest`;
}
