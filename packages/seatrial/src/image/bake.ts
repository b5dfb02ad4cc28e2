import type { BuildSecret, BuildTarget } from "../model/index.ts";

/** The name under which a run holds an image while it needs it. */
export function runTag(options: { project: string; key: string; run: string }): string {
  return `seatrial/${options.project}:${tagPart(options.key)}.${options.run}`;
}

/** The name that keeps the newest image of a target, so that the next build finds it and nothing prunes it. */
export function stableTag(options: { project: string; key: string }): string {
  return `seatrial/${options.project}:${tagPart(options.key)}`;
}

/** What a target's image is called, and where its steps come from and go to. */
export interface BakeWishes {
  tags?: string[];
  cacheFrom?: string[];
  cacheTo?: string[];
  /** Default: into the engine. */
  output?: string[];
}

/** The targets as a file for `docker buildx bake`. Nothing in it depends on the run but the tags, which are no part of an image. */
export function bakeFile(
  targets: readonly BuildTarget[],
  wishesFor: (target: BuildTarget) => BakeWishes,
): object {
  return {
    group: { default: { targets: targets.map((target) => bakeName(target.key)) } },
    target: Object.fromEntries(
      targets.map((target) => [bakeName(target.key), bakeTarget(target, wishesFor(target))]),
    ),
  };
}

/** Bake allows only letters, digits, `_` and `-` in target names. */
export function bakeName(key: string): string {
  return key.replace(/[^a-zA-Z0-9_-]/g, "_");
}

function bakeTarget(target: BuildTarget, wishes: BakeWishes): object {
  return withoutEmpty({
    context: target.context,
    dockerfile: target.dockerfile,
    "dockerfile-inline": target.dockerfileInline,
    target: target.stage,
    args: target.args,
    contexts: target.contexts,
    labels: target.labels,
    secret: target.secrets.map(secretOption),
    ssh: target.ssh,
    platforms: target.platform === undefined ? [] : [target.platform],
    network: target.network,
    "extra-hosts": Object.fromEntries(target.extraHosts.map(splitHost)),
    "cache-from": [...target.cacheFrom, ...(wishes.cacheFrom ?? [])],
    "cache-to": wishes.cacheTo,
    tags: wishes.tags,
    output: wishes.output ?? ["type=docker"],
  });
}

function secretOption(secret: BuildSecret): string {
  const { id, from } = secret;
  return from.kind === "file" ? `id=${id},src=${from.path}` : `type=env,id=${id},env=${from.variable}`;
}

function splitHost(entry: string): [string, string] {
  const at = entry.search(/[:=]/);
  return [entry.slice(0, at), entry.slice(at + 1)];
}

function withoutEmpty(value: Record<string, unknown>): Record<string, unknown> {
  const isEmpty = (inner: unknown) =>
    inner === undefined || (typeof inner === "object" && inner !== null && Object.keys(inner).length === 0);
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => !isEmpty(inner)));
}

/** A text as a part of a tag. */
export function tagPart(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9_-]/g, "-");
}
