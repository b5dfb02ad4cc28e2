import type { Duration } from "./duration.ts";
import type { FileSpec, ImageSource, Limits, MountSpec, ReadinessSpec, SecuritySpec } from "./service.ts";
import type { SpaceUse } from "./space.ts";

export const RUNNERS = ["go", "pytest", "junit", "tap", "command"] as const;
export type RunnerKind = (typeof RUNNERS)[number];

/** A suite, ready to be run. Plain data. */
export interface SuiteSpec {
  name: string;
  runner: RunnerKind;
  /** What it runs in: a target of the build graph, or the image of a Compose service. */
  image: ImageSource;
  /** The argument vector; absent for `go`, whose binaries are found in the image. */
  command?: string[] | undefined;
  /** `go`: the folder of the image under which every `*.test` file is run. */
  binaries?: string | undefined;
  /** `go`: package path to folder of the image, for binaries whose package folder is elsewhere. */
  testdata: Record<string, string>;
  /** `junit`, `pytest`: where reports appear, a path or glob of the image. Default: `$SEATRIAL_RESULTS`, any `*.xml`. */
  reports?: string | undefined;
  /** Further files to take from the container when the suite ends, as absolute paths. */
  artifacts: string[];
  /** The services it needs, dependencies included, in no special order. */
  needs: string[];
  env: Record<string, string>;
  /** By variable: the part of a clean space that each test process of its own finds there. */
  spaces?: Record<string, SpaceUse> | undefined;
  files: FileSpec[];
  mounts: MountSpec[];
  /** Default: no special rights. */
  security?: SecuritySpec | undefined;
  extraHosts: string[];
  shards: number;
  /** Only this one of them, from 1; the others run elsewhere. */
  shard?: number | undefined;
  /** `go`: how many binaries run at once in one shard. */
  parallel: number;
  timeout: Duration;
  allowEmpty: boolean;
  /** A service whose name is the app under test: the release image started beside the suite. */
  app?: AppSpec | undefined;
  workingDir?: string | undefined;
  user?: string | undefined;
  limits: Limits;
  /** Run only tests that match, in the runner's own words. */
  grep?: string | undefined;
}

/** The release image as a service beside the suite. */
export interface AppSpec {
  /** Host name in the run's network. Default `app`. */
  name: string;
  target: string;
  ports: number[];
  env: Record<string, string>;
  command?: string[] | undefined;
  readiness: ReadinessSpec;
}

/** How a suite's result speaks for the release image. */
export type Proof =
  /** The suite ran in the release image. */
  | { kind: "identical" }
  /** The release image's layers are the first layers of the test image. */
  | { kind: "prefix"; extraLayers: number }
  /** The release image ran as the app beside the suite. */
  | { kind: "black-box"; service: string }
  /** None of these: the images share only their first layers. */
  | { kind: "sibling"; sharedLayers: number; releaseLayers: number; testLayers: number };
