export interface GlobalFlags {
  folder?: string;
  file?: string;
}

export interface OutputFlags {
  json?: boolean;
  quiet?: boolean;
  color?: boolean;
}

export interface RunFlags extends GlobalFlags, OutputFlags {
  suites?: string[];
  only?: string[];
  grep?: string;
  fresh?: boolean;
  keep?: boolean;
  dryRun?: boolean;
}
