import { formatBytes } from "../../model/index.ts";
import { formatAge } from "../age.ts";
import type { LiveSpace } from "./live-spaces.ts";

const HEAD = ["ID", "SPACE", "NAME", "SUITE", "TEST", "RUN", "STATE", "AGE", "SIZE"];
const LONGEST = 60;

/** The spaces that somebody has or had, as a table for people; those that wait to be given out are a number. */
export function formatSpaces(spaces: readonly LiveSpace[], now: number): string[] {
  const held = spaces.filter(({ space }) => space.holder !== undefined || space.state === "quarantined");
  const waiting = spaces.length - held.length;
  const rows = held
    .sort((a, b) => (a.space.createdAt < b.space.createdAt ? -1 : 1))
    .map(({ space, of }) => [
      space.id,
      space.space,
      space.name,
      space.holder?.suite ?? "",
      shorten(space.holder?.test ?? ""),
      space.holder?.run ?? of.entry.run,
      shorten(space.reason === undefined ? space.state : `${space.state} (${space.reason})`),
      formatAge(now - Date.parse(space.leasedAt ?? space.createdAt)),
      space.bytes === undefined ? "" : formatBytes(space.bytes),
    ]);
  const table = rows.length === 0 ? [] : align([HEAD, ...rows]);
  const more = waiting === 0 ? [] : [`${waiting} more ${waiting === 1 ? "waits" : "wait"} to be given out`];
  return table.length + more.length === 0 ? ["no spaces"] : [...table, ...more];
}

function align(rows: readonly string[][]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Names of tests are any text: on one line, and not too long. */
function shorten(text: string): string {
  // Controls of the terminal, and of the direction of text; further ends of lines.
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
