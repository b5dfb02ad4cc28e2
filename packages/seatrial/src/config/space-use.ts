import type { SpaceUse } from "../model/index.ts";

const WHOLE = "url";

/** Reads what a suite says of a variable. `postgres.host` is a part, unless a definition or service is named like that. */
export function readSpaceUse(
  written: string | { space: string; part?: string | undefined },
  known: readonly string[],
): SpaceUse {
  if (typeof written !== "string") return { space: written.space, part: written.part ?? WHOLE };
  const dot = written.lastIndexOf(".");
  if (known.includes(written) || dot <= 0 || dot === written.length - 1)
    return { space: written, part: WHOLE };
  return { space: written.slice(0, dot), part: written.slice(dot + 1) };
}
