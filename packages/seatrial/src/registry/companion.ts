import type { Descriptor } from "./registry.ts";

/**
 * Whether an entry of an index is no image but a builder's statement beside one, under the platform `unknown/unknown` that no engine
 * asks for. Everything else is an image: where an index says nothing, engines ask the configuration, and do not care whether the manifest
 * calls itself an artifact.
 */
export function isCompanion({ platform }: Pick<Descriptor, "platform">): boolean {
  return platform?.os === "unknown" && platform.architecture === "unknown";
}
