import * as v from "valibot";
import type { Digest, Platform } from "../model/index.ts";
import type { Descriptor, Repository } from "../registry/index.ts";
import { lookAlike } from "../support/exact-keys.ts";
import { readStrictJson } from "../support/strict-json.ts";

const diffId = v.custom<Digest>((value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value));

const imageConfig = v.object({
  os: v.string(),
  architecture: v.string(),
  variant: v.optional(v.string(), ""),
  config: v.optional(v.object({ Labels: v.nullish(v.record(v.string(), v.string()), {}) }), {}),
  rootfs: v.object({ type: v.literal("layers"), diff_ids: v.array(diffId) }),
});

/** No configuration of an image is larger, in bytes. */
const LARGEST = 8_000_000;

/** The part of an image's configuration that says who it is; undefined when it is no image's, or may be another one to engines. */
export async function readImageConfig(options: {
  repository: Repository;
  config: Descriptor;
  signal: AbortSignal;
}): Promise<{ platform: Platform; layers: Digest[]; labels: Record<string, string> } | undefined> {
  const { repository, config, signal } = options;
  if (config.size > LARGEST) return undefined;
  const stream = await repository.blobs.open(config, signal);
  const bytes = Buffer.concat(await stream.toArray({ signal }));
  const json = readStrictJson(bytes);
  const parsed = v.safeParse(imageConfig, json);
  if (!parsed.success || isTwisted(json)) return undefined;
  const { os, architecture, variant, rootfs } = parsed.output;
  const platform = [os, architecture, variant].filter((part) => part !== "").join("/");
  return { platform, layers: rootfs.diff_ids, labels: parsed.output.config.Labels ?? {} };
}

/** Engines read keys without their case: they would see other layers or labels than we. */
function isTwisted(json: unknown): boolean {
  const { config, rootfs } = (json ?? {}) as Record<string, unknown>;
  const twisted = [
    lookAlike(json, Object.keys(imageConfig.entries)),
    lookAlike(config, ["Labels"]),
    lookAlike(rootfs, Object.keys(imageConfig.entries.rootfs.entries)),
  ];
  return twisted.some((key) => key !== undefined);
}
