import type { Project } from "../config/index.ts";
import type {
  CoverageGate,
  FoundEvidence,
  History,
  LayerMemory,
  ReleasePlan,
  Signing,
  Source,
} from "../release/index.ts";
import type { RegistryOpener } from "./registry-opener.ts";
import type { ChosenImage } from "./release-image.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a release works with, once everything is read. */
export interface ReleaseSession {
  surroundings: Surroundings;
  project: Project;
  plan: ReleasePlan;
  found: FoundEvidence;
  chosen: ChosenImage;
  /** The tree that the release is made from. */
  source: Source;
  openRegistries: RegistryOpener;
  /** Which commits are older than this one; absent where there is no git. */
  history: History | undefined;
  layerMemory: LayerMemory;
  coverage: CoverageGate | undefined;
  signing: Omit<Signing, "folder"> | undefined;
  /** Values that must never reach output. */
  secrets: string[];
}
