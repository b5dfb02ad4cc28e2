export interface GlobalFlags {
  folder?: string | undefined;
  file?: string | undefined;
  /** False for --no-color. */
  color?: boolean | undefined;
}

export interface OutputFlags extends Pick<GlobalFlags, "color"> {
  json?: boolean;
  quiet?: boolean;
}

/** Images to test in place of building them. */
export interface GivenFlags {
  image?: string[];
  images?: string;
}

export interface RunFlags extends GlobalFlags, OutputFlags, GivenFlags {
  shard?: string;
  suites?: string[];
  only?: string[];
  grep?: string;
  fresh?: boolean;
  keep?: boolean;
  /** `test`: how long services stay for the next run; true for --warm alone. */
  warm?: string | true | undefined;
  dryRun?: boolean;
  /** `run`, `test`: false for --no-coverage; other commands collect none. */
  coverage?: boolean;
  /** `build` */
  push?: boolean;
  /** `build --push`: whatever was released of the commit. */
  rebuild?: boolean;
  /** `run`: set by the command, for the process that owns a kept run. */
  checks?: "beside";
  /** `run`: false for --no-release. */
  release?: boolean;
  allowDirty?: boolean;
  allowSibling?: boolean;
  allowBackwards?: boolean;
}

export interface ReleaseFlags extends GlobalFlags, OutputFlags {
  images?: string;
  image?: string;
  evidence?: string[];
  allowDirty?: boolean;
  allowSibling?: boolean;
  allowBackwards?: boolean;
  dryRun?: boolean;
}

export interface CheckFlags extends GlobalFlags, OutputFlags, GivenFlags {
  list?: boolean;
  dryRun?: boolean;
}
