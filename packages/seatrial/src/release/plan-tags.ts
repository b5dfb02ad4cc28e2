import { EXIT } from "../support/error.ts";
import { releaseError } from "./errors.ts";
import { tagName } from "./tag-name.ts";
import { type Locate, mayBeEmpty, variablesAt } from "./unset-variables.ts";

/** A tag that a release sets. */
export interface PlannedTag {
  tag: string;
  kind: "immutable" | "floating";
  /** As the project's file has it, when that is no valid tag. */
  from?: string | undefined;
}

interface WrittenTag {
  name: string;
  kind: PlannedTag["kind"];
  path: (string | number)[];
}

/**
 * The tags in the order in which they are set: immutable ones first, each kind as written. Names that are empty are dropped, with a
 * warning unless they are written so that they may be. Fails with RELEASE_NO_TAGS, RELEASE_TAG_INVALID or RELEASE_TAGS_COLLIDE.
 */
export function planTags(options: {
  tags: readonly string[];
  floating: readonly string[];
  locate?: Locate | undefined;
}): { tags: PlannedTag[]; warnings: string[] } {
  const { locate } = options;
  const written: WrittenTag[] = [
    ...options.tags.map((name, at) => ({ name, kind: "immutable", path: ["release", "tags", at] }) as const),
    ...options.floating.map(
      (name, at) => ({ name, kind: "floating", path: ["release", "floating", at] }) as const,
    ),
  ].map(({ name, kind, path }) => ({ name: name.trim(), kind, path: [...path] }));
  const empty = written.filter(({ name }) => name === "");
  const named = written.filter(({ name }) => name !== "");
  if (named.length === 0) throw noTags(empty, locate);

  const chosen = new Map<string, WrittenTag>();
  for (const each of named) {
    const tag = tagName(each.name);
    if (tag === undefined) throw invalidTag(each);
    const other = chosen.get(tag);
    if (other === undefined) chosen.set(tag, each);
    else if (other.name !== each.name || other.kind !== each.kind) throw collision(tag, other, each);
  }
  const tags = [...chosen].map(([tag, { name, kind }]) => ({
    tag,
    kind,
    ...(tag === name ? {} : { from: name }),
  }));
  const unexpected = empty.filter(({ path }) => !mayBeEmpty(path, locate));
  return {
    tags,
    warnings: [...unexpected.map((each) => emptyWarning(each, locate)), ...latestWarnings(tags)],
  };
}

function emptyWarning({ path }: WrittenTag, locate: Locate | undefined): string {
  return `${placeOf(path, locate)} is empty and sets no tag${because(variablesAt(path, locate))}`;
}

function latestWarnings(tags: readonly PlannedTag[]): string[] {
  const isFixed = tags.some(({ tag, kind }) => tag === "latest" && kind === "immutable");
  return isFixed
    ? ["release.tags has latest, which the next release will not be allowed to move: floating is meant?"]
    : [];
}

function noTags(empty: readonly WrittenTag[], locate: Locate | undefined): Error {
  const variables = [...new Set(empty.flatMap(({ path }) => variablesAt(path, locate)))];
  return releaseError({
    code: "RELEASE_NO_TAGS",
    message:
      empty.length === 0
        ? "The release has no tag: release.tags and release.floating are both empty."
        : `The release has no tag: ${empty.map(({ path }) => placeOf(path, locate)).join(", ")} ${empty.length === 1 ? "is" : "are"} empty${because(variables)}.`,
    hint:
      variables.length === 0
        ? "Name at least one under release.tags, such as ${GIT_SHA}."
        : `Set ${variables.join(" or ")}, or give a default, such as \${${variables[0]}:-edge}.`,
    exitCode: EXIT.usage,
  });
}

function because(variables: readonly string[]): string {
  if (variables.length === 0) return "";
  return `, for ${variables.join(" and ")} ${variables.length === 1 ? "is" : "are"} not set`;
}

function invalidTag({ name, path }: WrittenTag): Error {
  return releaseError({
    code: "RELEASE_TAG_INVALID",
    message: `${placeOf(path, undefined)}, ${JSON.stringify(name)}, has no character that a tag may begin with.`,
    hint: "Tags have letters, digits, `_`, `.` and `-`, and begin with none of the last two.",
    exitCode: EXIT.usage,
  });
}

function collision(tag: string, one: WrittenTag, other: WrittenTag): Error {
  const both = one.name === other.name;
  return releaseError({
    code: "RELEASE_TAGS_COLLIDE",
    message: both
      ? `The tag ${tag} is in release.tags, where tags never move, and in release.floating.`
      : `The names ${JSON.stringify(one.name)} and ${JSON.stringify(other.name)} both become the tag ${tag}.`,
    hint: both
      ? "Remove it from one of them."
      : "Tags have only letters, digits, `_`, `.` and `-`: rename one.",
    exitCode: EXIT.usage,
  });
}

function placeOf(path: readonly (string | number)[], locate: Locate | undefined): string {
  const name = path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
  const place = locate?.(path)?.place;
  return place === undefined ? name : `${name} (${place})`;
}
