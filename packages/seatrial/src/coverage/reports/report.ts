import type { CoverageJudgement } from "../../model/index.ts";
import type { Coverage } from "../data.ts";

/** What all reports are made of. */
export interface ReportInput {
  coverage: Coverage;
  judgements: readonly CoverageJudgement[];
  /** The project's folder, absolute. */
  root: string;
  /** Milliseconds since 1970. */
  time: number;
}
