import { randomInt } from "node:crypto";

const ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
const RANDOM_LENGTH = 6;

/** The id of a run: its start in UTC and six random characters, sortable by time and valid in names of any engine. */
export function createRunId(now: Date): string {
  const [date, time] = now.toISOString().replace(/[-:]/g, "").split("T");
  const random = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return `${date}-${time?.slice(0, 6)}-${random}`;
}

/** When a run began, in milliseconds since 1970; undefined for what is no run's id. */
export function startOfRun(id: string): number | undefined {
  const digits = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[a-z0-9]{6}$/.exec(id)?.slice(1);
  if (digits === undefined) return undefined;
  const [year = 0, month = 0, ...rest] = digits.map(Number);
  return Date.UTC(year, month - 1, ...rest);
}
