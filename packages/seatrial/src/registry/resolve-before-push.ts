import { isToolError, type ToolError } from "../support/error.ts";
import type { Descriptor, Manifests } from "./registry.ts";

/**
 * What a tag or digest names in a repository that is pushed to afterwards. To Quay and others a repository that does not exist yet is one
 * that nobody may read (helm/helm#31567): whoever is denied is answered as if nothing were there, and the push tells whether they may.
 * No tag may be set on the strength of it: once something was pushed, `resolve` tells.
 */
export async function resolveBeforePush(options: {
  manifests: Pick<Manifests, "resolve">;
  reference: string;
  onDenied?: ((error: ToolError) => void) | undefined;
  signal: AbortSignal;
}): Promise<Descriptor | undefined> {
  const { manifests, reference, onDenied, signal } = options;
  try {
    return await manifests.resolve(reference, signal);
  } catch (error) {
    if (!isToolError(error, "REGISTRY_DENIED")) throw error;
    onDenied?.(error);
    return undefined;
  }
}
