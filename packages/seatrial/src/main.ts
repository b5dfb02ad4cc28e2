#!/usr/bin/env node
import { setMaxListeners } from "node:events";
import module from "node:module";
import { homedir } from "node:os";

// Node 22 keeps compiled code between starts when it is asked to; older ones do not know it.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();
const { runProgram } = await import("./cli/program.ts");
const { withoutPluginBranch } = await import("./cli/pipeline-ref.ts");

// All parts of a run wait for one signal; their number is no leak, and Node's warning would stand in the middle of the output.
setMaxListeners(0);

// What a run does and leaves behind does not depend on who reads its output, nor on the room that there is for it.
const unwritten: NodeJS.ErrnoException[] = [];
for (const stream of [process.stdout, process.stderr]) stream.on("error", (error) => unwritten.push(error));

// What the program may know of its surroundings is read here, once.
const exitCode = await runProgram(process.argv.slice(2), {
  environment: { env: withoutPluginBranch(process.env), cwd: process.cwd(), home: homedir() },
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
});
// Whoever read may have left early (`| head -1`); output that was lost in any other way is a failure.
const lost = unwritten.find((error) => error.code !== "EPIPE");
if (lost !== undefined) process.stderr.write(`✖ The output could not be written: ${lost.message}\n`);
process.exitCode = exitCode === 0 && lost !== undefined ? 2 : exitCode;
// A connection that a broken engine keeps half open must not keep the program alive.
process.exit();
