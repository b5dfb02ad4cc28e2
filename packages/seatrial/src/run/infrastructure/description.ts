import type { Duration, Problem, ServiceOutcome, SpacePlan } from "../../model/index.ts";
import type { NativeAddress } from "./addresses.ts";

/** Why something is still there: a run under way, one that failed and is kept, infrastructure for native programs, or for the next runs. */
export type OwnedKind = "run" | "kept" | "up" | "warm";

/** What an owner tells of itself over its control socket. */
export interface Description {
  version: 1;
  run: string;
  project: string;
  /** The project's folder. */
  root: string;
  /** Of its results and logs, absolute. */
  folder: string;
  /** The path of its control socket. */
  control: string;
  kind: OwnedKind;
  state: "starting" | "ready" | "failed";
  /** Why it has failed. */
  problem?: Problem | undefined;
  /** ISO 8601: when it ends by itself, unless somebody uses it. */
  until?: string | undefined;
  /** How long it then lives after each use. */
  lease?: Duration | undefined;
  /** The id of its network in the engine; absent until a container needed one. */
  network?: string | undefined;
  services: DescribedService[];
  /** What spaces it can give. */
  definitions: SpacePlan[];
  /** What those that it had from the start are made by, by name, as `digestDefinitions` tells. */
  definitionDigests?: Readonly<Record<string, string>> | undefined;
  /** For programs of this machine; only of kind `up`. */
  native?: NativeDescription | undefined;
}

export interface DescribedService {
  outcome: ServiceOutcome;
  /** Of its plan and its image: the same means that it can be used in place of a new one. Absent until it is ready. */
  digest?: string | undefined;
  /** Names under which it is found in its network. */
  names: string[];
  ports: number[];
}

export interface NativeDescription {
  /** By service, then by port. */
  addresses: Record<string, Record<string, NativeAddress>>;
  /** What programs need to find everything; secrets among them. */
  variables: Record<string, string>;
}
