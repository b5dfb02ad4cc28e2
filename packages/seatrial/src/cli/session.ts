import type { Launcher } from "../agent/index.ts";
import type { Project } from "../config/index.ts";
import type { Engine } from "../engine/index.ts";
import type { MissingSecrets } from "../run/index.ts";
import type { UsageJournal } from "../services/index.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a command that runs something works with. */
export interface Session {
  surroundings: Surroundings;
  project: Project;
  engine: Engine;
  launcher: Launcher;
  usage: UsageJournal;
  /** Values that must never reach output. */
  secrets: string[];
  /** What builds of the plan lack; absent: nothing. */
  missing?: MissingSecrets | undefined;
  /** The commit and whether the tree has changes; never rejects. */
  source: Promise<{ commit?: string | undefined; dirty?: boolean | undefined }>;
}
