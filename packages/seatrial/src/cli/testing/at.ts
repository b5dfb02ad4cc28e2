import { PassThrough } from "node:stream";
import { makeFolder } from "../../config/testing/folder.ts";
import { runProgram } from "../program.ts";
import type { Surroundings } from "../surroundings.ts";

/** Somebody in a folder with these files, and what they are shown. */
export interface At extends AsyncDisposable {
  path: string;
  surroundings: Surroundings;
  stdout(): string;
  stderr(): string;
  /** Runs a command line to its end. */
  seatrial(...argv: string[]): Promise<number>;
}

/** Nothing of this machine is in the environment but what is given: no program, no engine, a home of its own. */
export async function at(files: Record<string, string>, env: Record<string, string> = {}): Promise<At> {
  const folder = await makeFolder(files);
  const stdout = capture();
  const stderr = capture();
  const surroundings: Surroundings = {
    environment: folder.environment({
      PATH: `${folder.path}/no-programs`,
      DOCKER_HOST: `unix://${folder.path}/no.sock`,
      ...env,
    }),
    stdout: stdout.stream,
    stderr: stderr.stream,
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
  };
  return {
    path: folder.path,
    surroundings,
    stdout: stdout.text,
    stderr: stderr.text,
    seatrial: (...argv) => runProgram(argv, surroundings),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function capture(): { stream: NodeJS.WriteStream; text: () => string } {
  const stream = new PassThrough();
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  // What was written is there at once.
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text + (stream.read() ?? "") };
}

/** A small project with two suites, one of which needs a service. */
export const PROJECT: Record<string, string> = {
  Dockerfile: "FROM debian AS base\nFROM base AS release\nFROM base AS test\n",
  "compose.yaml": "services:\n  db: { image: postgres }\n",
  "seatrial.yaml":
    "name: shop\nimage: { release: release, test: test }\nsuites:\n" +
    "  unit: { command: check }\n  integration: { command: check, needs: [db] }\n",
};
