import { createHash } from "node:crypto";

/** The name under which a run holds an image while it needs it. */
export function runTag(options: { project: string; key: string; run: string }): string {
  return `${stableTag(options)}.${options.run}`;
}

/** The name that keeps the newest image of a target, so that the next build finds it and nothing prunes it. */
export function stableTag(options: { project: string; key: string }): string {
  return `seatrial/${options.project}:${tagPart(options.key)}`;
}

/** The run that holds an image by this name; undefined for a name that no run gave. */
export function runOfTag(reference: string): string | undefined {
  return /^seatrial\/[^:/]+:.+\.([^.]+)$/.exec(reference)?.[1];
}

const LONGEST = 80;

/**
 * A target's key as a part of a tag. Two keys never give one: what had to be changed has a mark of the whole key, after a dot that
 * an unchanged one has not.
 */
export function tagPart(key: string): string {
  const plain = key.replace(/[^a-zA-Z0-9_-]/g, "-").slice(0, LONGEST);
  if (plain === key) return key;
  return `${plain}.${createHash("sha256").update(key).digest("hex").slice(0, 8)}`;
}

/** A target's key as a name of bake's, which knows no dots. */
export function bakeName(key: string): string {
  return tagPart(key).replace(".", "_");
}
