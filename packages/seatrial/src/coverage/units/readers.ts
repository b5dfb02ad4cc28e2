import type { Problem } from "../../model/index.ts";
import type { Profile } from "../data.ts";

/** What reads profiles, by their format. Paths stay as the profiles name them. */
export interface Readers {
  /** `go` folders of units, or GOCOVERDIR folders. */
  go(options: {
    folders: readonly string[];
    /** Those of which it is told already that a program wrote no counters. */
    told?: ReadonlySet<string> | undefined;
    signal: AbortSignal;
  }): Promise<{
    profile: Profile;
    /** Paths of the modules that its packages are of. */
    modules: string[];
    problems: Problem[];
    /** How many files of counters it is from. */
    files: number;
  }>;
  /** Folders of units with `node`, and what their scripts and source maps are in `sources`. */
  node(options: { folders: readonly string[]; signal: AbortSignal }): Promise<{
    profile: Profile;
    problems: Problem[];
    /** How many files it is from. */
    files: number;
  }>;
  python(json: string): Profile;
  llvm(json: string): Profile;
  java(xml: string): Profile;
  lcov(text: string): Profile;
  cobertura(text: string): Profile;
}
