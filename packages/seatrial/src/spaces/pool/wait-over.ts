import type { SpaceHolder, SpacePlan, SpaceState } from "../../model/index.ts";
import { messageOf, type ToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { Space } from "./space.ts";

export interface WaitOver {
  plan: SpacePlan;
  /** Milliseconds. */
  waited: number;
  spaces: Iterable<Space>;
  now: number;
  /** The server is being prepared. */
  isOpening: boolean;
  /** Why the last one could not be made. */
  lastFailure: unknown;
}

/** How many holders are named. */
const NAMED = 5;

/** None came free in time: says how many there are, and who has them. */
export function waitOver({ plan, waited, spaces, now, isOpening, lastFailure }: WaitOver): ToolError {
  const all = [...spaces];
  const failure =
    lastFailure === undefined ? "" : `; the last one could not be made: ${messageOf(lastFailure)}`;
  const seen = isOpening ? "what they begin with is still being built" : countStates(all, plan.limit);
  return spaceError({
    code: "SPACE_WAIT_OVER",
    message: `No space of ${plan.name} came free in ${seconds(waited)}: ${seen}${listHolders(all, now)}${failure}`,
    hint: isOpening
      ? `Give the request a longer \`wait\`, or the template of ${plan.name} less to do.`
      : `Give spaces back as soon as a test is done, or raise \`limit\` of the spaces ${plan.name}.`,
    cause: lastFailure,
  });
}

function countStates(all: Space[], limit: number): string {
  const counts = new Map<SpaceState, number>();
  for (const { state } of all) counts.set(state, (counts.get(state) ?? 0) + 1);
  const each = [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
  return `${all.length} of at most ${limit} exist${each === "" ? "" : ` (${each})`}`;
}

function listHolders(all: Space[], now: number): string {
  const held = all.filter((space) => space.state === "leased" || space.state === "kept");
  if (held.length === 0) return "";
  held.sort((one, other) => (one.leasedAt ?? 0) - (other.leasedAt ?? 0));
  const named = held.slice(0, NAMED).map((space) => {
    const why = space.state === "kept" ? `, kept: ${space.reason}` : "";
    return `${holderName(space.holder)} for ${seconds(now - (space.leasedAt ?? now))}${why}`;
  });
  const more = held.length > NAMED ? ` and ${held.length - NAMED} more` : "";
  return `; held by ${named.join("; ")}${more}`;
}

function holderName(holder: SpaceHolder | undefined): string {
  if (holder === undefined) return "nobody";
  // Names of tests are any text.
  const test = holder.test.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").slice(0, 80);
  return test === "" ? `a process of ${holder.suite}` : `${test} (${holder.suite})`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
