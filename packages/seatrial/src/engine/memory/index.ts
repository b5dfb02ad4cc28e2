// The driver for tests: an engine that lives in this process. It refuses, lists and removes as a real one does,
// and runs functions in place of programs. No file, process or socket of the machine is touched.
export {
  createMemoryEngine,
  createMemoryHost,
  type MemoryEngineOptions,
  type MemoryImageSpec,
} from "./connect.ts";
export type { MemoryContainer, MemoryProgram, MemoryPrograms } from "./program.ts";
