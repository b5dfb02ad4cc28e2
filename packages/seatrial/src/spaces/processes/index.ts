// Server processes of our own in a service's container, one for each space: what shares no process shares no state.
// Leaves to others: what the program is told, and what a space is.
export { createProcesses, type Processes } from "./processes.ts";
export type { ServerProgram } from "./program.ts";
export type { ServerProcess } from "./start.ts";
