import type { Environment } from "../config/index.ts";

/** Everything outside of the program that a command may use. */
export interface Surroundings {
  environment: Environment;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  stdin: NodeJS.ReadStream;
}
