import type { BuildSecret, BuildTarget } from "../model/index.ts";
import { bakeName } from "./names.ts";

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
  const named = new Map(targets.map((target) => [bakeName(target.key), target]));
  if (named.size < targets.length) throw new Error("two targets of one build have one name");
  return {
    group: { default: { targets: [...named.keys()] } },
    target: Object.fromEntries(
      [...named].map(([name, target]) => [name, literal(bakeTarget(target, wishesFor(target)))]),
    ),
  };
}

function bakeTarget(target: BuildTarget, wishes: BakeWishes): object {
  return withoutEmpty({
    context: target.context,
    dockerfile: target.dockerfile,
    "dockerfile-inline": target.dockerfileInline,
    target: target.stage,
    args: target.args,
    contexts: mapValues(target.contexts, contextOf),
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

const OTHER_TARGET = "target:";

function contextOf(place: string): string {
  if (!place.startsWith(OTHER_TARGET)) return place;
  return `${OTHER_TARGET}${bakeName(place.slice(OTHER_TARGET.length))}`;
}

function secretOption({ id, from }: BuildSecret): string {
  const fields =
    from.kind === "file"
      ? [`id=${id}`, `src=${from.path}`]
      : [`type=env`, `id=${id}`, `env=${from.variable}`];
  return fields.map(csvField).join(",");
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function splitHost(entry: string): [string, string] {
  const at = entry.search(/[:=]/);
  return [entry.slice(0, at), entry.slice(at + 1)];
}

/** Bake fills `${…}` and `%{…}` in every text of its file, keys included; what is for the Dockerfile must reach it as it is. */
function literal(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/[$%](?=\{)/g, "$&$&");
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [literal(key), literal(inner)]));
}

function mapValues(
  record: Record<string, string>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function withoutEmpty(value: Record<string, unknown>): Record<string, unknown> {
  const isEmpty = (inner: unknown) =>
    inner === undefined || (typeof inner === "object" && inner !== null && Object.keys(inner).length === 0);
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => !isEmpty(inner)));
}
