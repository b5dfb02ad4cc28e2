/** What a process knows of its surroundings, handed in by the command line: nothing here reads it from the process. */
export interface Environment {
  env: Record<string, string | undefined>;
  /** Absolute. */
  cwd: string;
  /** The user's home folder, absolute. */
  home: string;
}
