/** A few long scripts whose maps say little. */
const ALWAYS_ALLOWED = 16 * 1024 * 1024;
/** A source map takes more than this of what it is about, in every profile that Node wrote. */
const CHARACTERS_PER_BYTE = 8;

/**
 * How much text may be made of line lengths, by all profiles of a reading together: numbers of a few bytes must not become texts of
 * gigabytes.
 */
export interface ScriptRoom {
  /** A profile of so many characters was read. */
  grow(characters: number): void;
  /** False: so many characters more are too many, and are not counted. */
  take(characters: number): boolean;
}

export function createScriptRoom(): ScriptRoom {
  let left = ALWAYS_ALLOWED;
  return {
    grow(characters) {
      left += characters * CHARACTERS_PER_BYTE;
    },
    take(characters) {
      if (characters > left) return false;
      left -= characters;
      return true;
    },
  };
}
