/** A file of container-structure-test, schema 2.0.0, read and checked. */
export interface StructureFile {
  /** Absolute. */
  path: string;
  /** For people, and in the names of test cases. */
  label: string;
  /** Set in every command test; a value sees the image's variables. */
  env: EnvVar[];
  commands: CommandTest[];
  existence: ExistenceTest[];
  contents: ContentTest[];
  metadata?: MetadataTest | undefined;
  licenses: LicenseTest[];
  options: RunOptions;
}

export interface EnvVar {
  key: string;
  value: string;
}

/** A value, or with `isRegex` an expression that it matches. */
export interface ExpectedValue extends EnvVar {
  isRegex: boolean;
}

export interface CommandTest {
  name: string;
  /** Commands that prepare the container; how they end does not count. */
  setup: string[][];
  env: EnvVar[];
  argv: string[];
  exitCode: number;
  /** Go regular expressions, as all that follow. */
  expectedOutput: string[];
  excludedOutput: string[];
  expectedError: string[];
  excludedError: string[];
}

export interface ExistenceTest {
  name: string;
  /** Sees variables. */
  path: string;
  shouldExist: boolean;
  /** As Go prints them: `-rw-r--r--`, `drwxr-xr-x`, `Lrwxrwxrwx`. */
  permissions?: string | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
  isExecutableBy?: "any" | "owner" | "group" | "other" | undefined;
}

export interface ContentTest {
  name: string;
  path: string;
  expectedContents: string[];
  excludedContents: string[];
}

export interface MetadataTest {
  envVars: ExpectedValue[];
  unboundEnvVars: string[];
  labels: ExpectedValue[];
  entrypoint?: string[] | undefined;
  cmd?: string[] | undefined;
  exposedPorts: string[];
  unexposedPorts: string[];
  volumes: string[];
  unmountedVolumes: string[];
  workdir?: string | undefined;
  user?: string | undefined;
}

export interface LicenseTest {
  /** Look at what Debian's packages say. */
  debian: boolean;
  files: string[];
}

/** `containerRunOptions`: how its containers differ from plain ones. */
export interface RunOptions {
  user?: string | undefined;
  privileged: boolean;
  terminal: boolean;
  /** Of `envFile` and `envVars`. */
  env: Record<string, string>;
  capabilities: string[];
  /** Files and folders of this machine, copied into the container. */
  mounts: { source: string; target: string }[];
}
