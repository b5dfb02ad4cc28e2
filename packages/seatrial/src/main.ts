#!/usr/bin/env node
import module from "node:module";
import { homedir } from "node:os";

// Node 22 keeps compiled code between starts when it is asked to; older ones do not know it.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();
const { runProgram } = await import("./cli/program.ts");

// What the program may know of its surroundings is read here, once.
process.exitCode = await runProgram(process.argv.slice(2), {
  environment: { env: process.env, cwd: process.cwd(), home: homedir() },
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
});
// A connection that a broken engine keeps half open must not keep the program alive.
process.exit();
