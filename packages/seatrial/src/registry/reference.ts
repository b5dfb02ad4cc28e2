import type { Digest } from "../model/index.ts";
import { EXIT } from "../support/error.ts";
import { isDigest } from "./digest.ts";
import { registryError } from "./errors.ts";
import type { RepositoryName } from "./registry.ts";

/** A name of an image, complete: what `debian` stands for is said (`docker.io`, `library/debian`). */
export interface ImageReference extends RepositoryName {
  tag?: string | undefined;
  digest?: Digest | undefined;
}

const DOCKER_HUB = "docker.io";
const HOST =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/;
const PATH_PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const PATH = new RegExp(`^${PATH_PART}(?:/${PATH_PART})*$`);
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST_FORM = "sha256: and 64 hexadecimal digits in small letters";
const NAME_MAX = 255;
const PORT_MAX = 65_535;

/**
 * Reads an image name by Docker's rules. A name without tag and digest gets the tag `latest`. Fails with IMAGE_REFERENCE_INVALID,
 * also for digests that we do not compute: nobody could hold a registry to them.
 */
export function parseReference(text: string): ImageReference {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const tagged = at < 0 ? text : text.slice(0, at);
  // A colon before the last slash belongs to the registry's port.
  const colon = tagged.indexOf(":", tagged.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : tagged.slice(colon + 1);
  const { registry, repository } = splitName(colon < 0 ? tagged : tagged.slice(0, colon));

  checkHost(text, registry);
  if (!PATH.test(repository)) {
    const lower = repository.toLowerCase();
    throw invalid(
      text,
      PATH.test(lower) ? "upper-case letters are not allowed in it" : `"${repository}" is no repository name`,
      PATH.test(lower) ? text.replace(repository, lower) : undefined,
    );
  }
  if (repository.length > NAME_MAX) throw invalid(text, `it is longer than ${NAME_MAX} characters`);
  if (tag !== undefined && !TAG.test(tag)) throw invalid(text, `"${tag}" is no tag`);
  if (digest !== undefined && !isDigest(digest))
    throw invalid(text, `"${digest}" is no digest that can be checked (${DIGEST_FORM})`);
  if (/^[0-9a-f]{64}$/.test(tagged)) throw invalid(text, "64 hex digits are an image id, not a name");
  return { registry, repository, tag: tag ?? (digest === undefined ? "latest" : undefined), digest };
}

/** The shortest name that Docker's commands print for the same thing: `debian:13`, `registry.example.com/app@sha256:…`. */
export function formatReference(reference: ImageReference): string {
  const { tag, digest } = reference;
  const suffix = `${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
  return familiarName(reference) + suffix;
}

/** The same without tag and digest. */
export function familiarName({ registry, repository }: RepositoryName): string {
  return registry === DOCKER_HUB
    ? repository.replace(/^library\/(?=[^/]+$)/, "")
    : `${registry}/${repository}`;
}

/** Fails with IMAGE_REFERENCE_INVALID for what cannot be a repository: names become part of addresses. */
export function checkRepositoryName({ registry, repository }: RepositoryName): void {
  const text = `${registry}/${repository}`;
  checkHost(text, registry);
  if (!PATH.test(repository) || repository.length > NAME_MAX)
    throw invalid(text, `"${repository.slice(0, NAME_MAX)}" is no repository name`);
}

/** Fails with IMAGE_REFERENCE_INVALID for what is neither a tag nor a digest. */
export function checkTagOrDigest(text: string): void {
  if (!TAG.test(text) && !isDigest(text))
    throw invalid(text, `it is neither a tag nor a digest (${DIGEST_FORM})`);
}

function checkHost(text: string, registry: string): void {
  if (!HOST.test(registry)) throw invalid(text, `"${registry}" is no registry host`);
  const port = /:(\d+)$/.exec(registry)?.[1];
  if (port !== undefined && (Number(port) < 1 || Number(port) > PORT_MAX))
    throw invalid(text, `port ${port} of "${registry}" is not between 1 and ${PORT_MAX}`);
}

function splitName(name: string): { registry: string; repository: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const namesHost = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  if (slash > 0 && namesHost) {
    const registry = first === "index.docker.io" ? DOCKER_HUB : first;
    const rest = name.slice(slash + 1);
    return { registry, repository: registry === DOCKER_HUB ? official(rest) : rest };
  }
  return { registry: DOCKER_HUB, repository: official(name) };
}

function official(repository: string): string {
  return repository.includes("/") ? repository : `library/${repository}`;
}

function invalid(text: string, why: string, better?: string) {
  const shown = JSON.stringify(text.slice(0, 300));
  return registryError({
    code: "IMAGE_REFERENCE_INVALID",
    message: `${shown} is not a name of an image: ${why}.`,
    hint:
      better === undefined
        ? "Names look like debian:13 or registry.example.com/team/app:1.2."
        : `Did you mean ${better}?`,
    exitCode: EXIT.usage,
  });
}
