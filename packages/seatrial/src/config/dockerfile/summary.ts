/** A Dockerfile as far as a plan needs it. */
export interface DockerfileSummary {
  /** Absolute. */
  path: string;
  /** For people. */
  label: string;
  stages: DockerfileStage[];
  /** Keys of the stages that no other stage builds on or copies from, in order. The last stage is always one. */
  leaves: string[];
  /** ARGs before the first FROM, with their defaults. */
  args: Record<string, string | undefined>;
  /** Sentences for people: what builds, and is likely not meant. */
  warnings: string[];
}

export interface DockerfileStage {
  /** Its name, or `stage-<index>` for one without. */
  key: string;
  /** As written; a stage without a name can only be built when it is the last one. A name that a later stage has, too, is that one's. */
  name?: string | undefined;
  index: number;
  /** From 1. */
  line: number;
  base: StageBase;
  /** Keys of the stages whose files it takes. */
  uses: string[];
  /** The last USER. */
  user?: string | undefined;
  /** The last WORKDIR, when it is absolute and has no variable in it. */
  workingDir?: string | undefined;
  ports: number[];
  hasEntrypoint: boolean;
  hasCommand: boolean;
  /** The first word of each instruction that makes it, those of the stages that it is built on included, FROM left out. */
  instructions: string[];
  /** The text of each RUN, on one line. */
  runs: string[];
  copies: StageCopy[];
}

export type StageBase =
  | { kind: "stage"; stage: string }
  | { kind: "image"; reference: string }
  /** Depends on an argument that has no value here. */
  | { kind: "argument"; expression: string };

export interface StageCopy {
  /** The key of a stage, or the reference of an image; absent for the build context. */
  from?: string | undefined;
  sources: string[];
  target: string;
}

/** The stage of this key or name; names know no case. */
export function findStage(dockerfile: DockerfileSummary, name: string): DockerfileStage | undefined {
  const plain = name.toLowerCase();
  return dockerfile.stages.find((stage) => stage.key.toLowerCase() === plain);
}
