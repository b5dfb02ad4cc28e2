// Everything that people and machines read: subscribers of a run's events. No subscriber changes what happens.

export { createEventFile } from "./event-file.ts";
export { createJunitReport, type JunitReport } from "./junit.ts";
export { createLogs } from "./logs.ts";
export { isRunId, removeOldRuns } from "./old-runs.ts";
export { formatProblem, formatWarning } from "./problem.ts";
export { createRunFolder, type RunFolder } from "./run-folder.ts";
export { appendStepSummary, STEP_SUMMARY } from "./step-summary.ts";
export { createStyle, onOneLine, type Style } from "./style.ts";
export { createTerminalReport, type TerminalReport } from "./terminal.ts";
