/** One thing that a run does differently from what the Compose file says. */
export interface Change {
  service: string;
  key: string;
  /** What happens in place of what is written. */
  becomes: string;
  why: string;
}

/** A change in one line, as `--dry-run` prints it. */
export function formatChange({ service, key, becomes, why }: Change): string {
  return `${service}: ${key} → ${becomes} (${why})`;
}
