import type { Check } from "./check.ts";
import { absent } from "./checks/absent.ts";
import { absentRun } from "./checks/absent-run.ts";
import { entrypoint } from "./checks/entrypoint.ts";
import { env } from "./checks/env.ts";
import { files } from "./checks/files.ts";
import { labels } from "./checks/labels.ts";
import { maxSize } from "./checks/max-size.ts";
import { noSources } from "./checks/no-sources.ts";
import { secrets } from "./checks/secrets.ts";
import { structure } from "./checks/structure.ts";
import { user } from "./checks/user.ts";
import { waste } from "./checks/waste.ts";

/** Every check, in the order in which they are told. */
export const CATALOGUE: readonly Check[] = [
  absent,
  absentRun,
  noSources,
  user,
  maxSize,
  secrets,
  entrypoint,
  files,
  labels,
  env,
  waste,
  structure,
];
