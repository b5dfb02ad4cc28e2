import type { Digest } from "../model/index.ts";

/** How a commit lies to the one that is released. */
export type Kinship =
  | "same"
  /** It is one of those that the released one was made on. */
  | "older"
  /** The released one is one of those that it was made on. */
  | "newer"
  /** Neither: of another branch, or made later than this checkout. */
  | "apart"
  /** The checkout has too little of the history to tell. */
  | "unknown";

/** The history of the project, as far as its checkout has it. */
export interface History {
  /** How this commit lies to the one that is released. Never rejects, but when it is stopped. */
  kinshipOf(commit: string): Promise<Kinship>;
}

/** Whether a floating tag may leave the image of this digest for the one that is released, and why not, or why nobody knows. */
export type MayMove = (from: Digest) => Promise<Move>;

export type Move =
  | { to: "forward" }
  | {
      to:
        | "backwards"
        | "unknown"
        /** Its commit is written down, for all that is known, and could not be read. */
        | "unread";
      why: string;
    };
