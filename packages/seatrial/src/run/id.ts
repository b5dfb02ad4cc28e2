import { randomInt } from "node:crypto";

const ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
const RANDOM_LENGTH = 6;

/** The id of a run: its start in UTC and six random characters, sortable by time and valid in names of any engine. */
export function createRunId(now: Date): string {
  const [date, time] = now.toISOString().replace(/[-:]/g, "").split("T");
  const random = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return `${date}-${time?.slice(0, 6)}-${random}`;
}
