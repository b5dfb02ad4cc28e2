/** The program of a container, and how it ended. */
export interface ProgramEnd {
  /** The words of its command; empty where there are several programs. */
  argv: readonly string[];
  workingDir: string;
  /** The folder of compiled test binaries that were its programs. */
  binaries?: string | undefined;
  /** What it found in its environment. */
  env: Readonly<Record<string, string>>;
  /** Absent where there were several, or nobody can tell. */
  exit?: { code: number | null; signal: string | null } | undefined;
  /** We killed it, since it did not end in time. */
  killed: boolean;
  /** Milliseconds since 1970. */
  startedAt: number;
}
