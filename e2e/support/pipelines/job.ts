/** A job of a pipeline, as its system would run it. */
export interface PipelineJob {
  name: string;
  /** 0: build, 1: what is tried, 2: release. Jobs of one stage do not wait for each other. */
  stage: number;
  /** What its shell is given, in order. */
  script: string[];
  env: Record<string, string>;
  takes: { artifact: RegExp; into: string }[];
  keeps: { artifact: string; base: string; paths: string[] }[];
}

/** What a pipeline runs for. */
export interface Ref {
  type: "branch" | "tag";
  name: string;
}

/** The default branch of the tests' repositories. */
export const TRUNK: Ref = { type: "branch", name: "trunk" };

/** What the people of a project set in their CI system. */
export interface Settings {
  registry: string;
  user: string;
  password: string;
  key: string;
}
