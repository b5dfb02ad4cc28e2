import type { Digest } from "../../model/index.ts";
import type { ToolError } from "../../support/error.ts";
import { isDigest } from "../digest.ts";
import { registryError } from "../errors.ts";
import type { RepositoryName } from "../registry.ts";
import type { Answer } from "./transport.ts";

/** What a registry says is the digest of what it sends or has stored; undefined when it says none that we can compare. */
export function saidDigest({ headers }: Answer): Digest | undefined {
  const said = headers["docker-content-digest"];
  return isDigest(said) ? said : undefined;
}

/** The type without parameters. */
export function mediaTypeOf({ headers }: Answer): string {
  return (headers["content-type"] ?? "").replace(/;.*$/s, "").trim().toLowerCase();
}

/** Bytes are not what was promised. `what` is the subject of the sentence. */
export function digestMismatch(name: RepositoryName, what: string): ToolError {
  return registryError({
    code: "REGISTRY_DIGEST_MISMATCH",
    message: `${what} (repository ${name.repository} of registry ${name.registry}).`,
    hint: "Do not use what it sends; look at the registry's storage, and at proxies in between.",
  });
}
