import type { ImageEngine } from "../../engine/index.ts";
import { createMemoryEngine } from "../../engine/memory/index.ts";
import type { ImageIdentity, Outcome, PushedImage, SuiteOutcome } from "../../model/index.ts";
import type { RegistryClient, RepositoryName } from "../../registry/index.ts";
import { formatReference, parseReference } from "../../registry/index.ts";
import {
  createMemoryRegistry,
  type MemoryImage,
  type MemoryImageOptions,
  type MemoryRegistry,
} from "../../registry/memory/index.ts";
import { type AppliedRelease, type ApplyReleaseOptions, applyRelease } from "../apply.ts";
import type { Candidate } from "../candidate.ts";
import { readCandidate } from "../candidate.ts";
import type { Evidence } from "../evidence.ts";
import type { ReleasePlan } from "../plan.ts";

export const APP: RepositoryName = { registry: "registry.example", repository: "team/app" };
export const COMMIT = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";
export const ANY = new AbortController().signal;

/** Registries in memory that hold one image, as a push left it, with its candidate tag. */
export interface ReleaseWorld {
  registry: MemoryRegistry;
  registries: RegistryClient;
  image: MemoryImage;
  /** The image as its build knows it. */
  identity: ImageIdentity;
  candidate(): Promise<Candidate>;
  /** Releases it with a list of pushed images and evidence that are enough, unless the options say otherwise. */
  release(options?: Partial<ApplyReleaseOptions>): Promise<AppliedRelease>;
}

export function makeReleaseWorld(options: MemoryImageOptions = {}): ReleaseWorld {
  const registry = createMemoryRegistry();
  const image = registry.addImage(APP, {
    tag: `candidate-${COMMIT}`,
    layers: ["base", "app"],
    ...options,
  });
  const registries = registry.connect();
  const identity = identityOf(image, options.platform);
  const { digest } = image.manifest;
  return {
    registry,
    registries,
    image,
    identity,
    candidate: () =>
      readCandidate({ repository: registries.repository(APP), reference: digest, signal: ANY }),
    release: (changes = {}) =>
      applyRelease({
        plan: planWith(),
        project: "shop",
        image: { repository: APP, reference: digest },
        expected: { ...identity, digest },
        found: {
          evidence: [evidenceOf(outcomeOf({ ...identity, manifest: digest }))],
          invalid: [],
          warnings: [],
        },
        source: { now: { commit: COMMIT, dirty: false } },
        registries,
        onNote: () => undefined,
        now: () => performance.now(),
        signal: ANY,
        ...changes,
      }),
  };
}

/** Another manifest with the image's very configuration, of which the last layer is another one: nobody has tested it. */
export function addEvil({ registry, image }: ReleaseWorld, options: { tag?: string } = {}): MemoryImage {
  return registry.addImage(APP, { layers: ["base", "evil"], diffIds: image.diffIds, ...options });
}

export function identityOf(image: MemoryImage, platform = "linux/amd64"): ImageIdentity {
  return {
    target: "release",
    imageId: image.imageId,
    layers: image.diffIds,
    platform,
    size: 10,
    standIn: false,
  };
}

export function planWith(changes: Partial<ReleasePlan> = {}): ReleasePlan {
  return {
    repository: APP,
    candidate: { repository: APP, prefix: `candidate-${COMMIT}` },
    tags: [
      { tag: "v1.4.2", kind: "immutable" },
      { tag: "latest", kind: "floating" },
    ],
    suites: [{ name: "unit", allowEmpty: false }],
    checks: false,
    allowSibling: false,
    allowDirty: false,
    allowBackwards: false,
    warnings: [],
    ...changes,
  };
}

/** A run in which `unit` passed in the image that ships. */
export function outcomeOf(image: ImageIdentity, changes: Partial<Outcome> = {}): Outcome {
  return {
    version: 1,
    run: "r1",
    project: "shop",
    status: "passed",
    startedAt: "2026-01-01T10:00:00.000Z",
    duration: 1000,
    engine: { name: "Docker", version: "27", platform: "linux/amd64" },
    source: { commit: COMMIT, dirty: false },
    images: [image],
    services: [],
    suites: [suiteOf({ imageId: image.imageId })],
    release: "release",
    problems: [],
    warnings: [],
    ...changes,
  };
}

export function suiteOf(changes: Partial<SuiteOutcome> = {}): SuiteOutcome {
  return {
    name: "unit",
    runner: "command",
    proof: { kind: "identical" },
    status: "passed",
    counts: { passed: 3, failed: 0, skipped: 0 },
    duration: 500,
    shards: 1,
    results: "results/unit",
    ...changes,
  };
}

export function evidenceOf(outcome: Outcome): Evidence {
  return {
    place: `runs/${outcome.run}/outcome.json`,
    outcome,
    tests: async () => undefined,
    folder: `runs/${outcome.run}`,
  };
}

/** An engine that holds an image which `docker push` would turn into what `addImage` makes, and counts its pushes. */
export function makePushWorld(
  options: {
    onPush?: ((registry: MemoryRegistry, name: RepositoryName, tag: string) => void) | undefined;
  } = {},
): {
  registry: MemoryRegistry;
  engine: ImageEngine;
  /** What was built, by target. */
  images: ImageIdentity[];
  pushes: string[];
} {
  const registry = createMemoryRegistry();
  // Elsewhere, to know who they are before they are pushed.
  const scratch = { registry: "elsewhere.example", repository: "scratch" };
  const layersOf: Record<string, string[]> = { release: ["base", "app"], test: ["base", "app", "tests"] };
  const built = Object.entries(layersOf).map(([target, layers]) => ({
    ...identityOf(registry.addImage(scratch, { layers })),
    target,
  }));
  const pushes: string[] = [];
  const { images: engine } = createMemoryEngine({
    images: built.map(({ target, imageId, layers }) => ({
      reference: `seatrial/shop:${target}`,
      id: imageId,
      layers,
    })),
    async onPush(reference, image) {
      pushes.push(reference);
      const { registry: host, repository, tag } = parseReference(reference);
      const name = { registry: host, repository };
      const target = built.find(({ imageId }) => imageId === image.id)?.target ?? "";
      const { manifest } = registry.addImage(name, { layers: layersOf[target], tag });
      options.onPush?.(registry, name, tag ?? "");
      return { digest: manifest.digest, size: manifest.bytes.length };
    },
  });
  return { registry, engine, images: built, pushes };
}

/** The entry of `images.json` for an image. */
export function pushedOf(world: Pick<ReleaseWorld, "identity" | "image">): PushedImage {
  const { manifest } = world.image;
  return {
    ...world.identity,
    reference: formatReference({ ...APP, digest: manifest.digest }),
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    size: manifest.bytes.length,
  };
}
