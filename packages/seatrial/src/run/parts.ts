import type { SharedResources } from "./resources.ts";
import type { StartedServices } from "./services.ts";
import type { RunSpaces } from "./spaces.ts";

/** What a run has while it is under way, for whoever looks at it from outside. */
export interface RunParts {
  services: StartedServices;
  shared: SharedResources;
  spaces: RunSpaces | undefined;
}
