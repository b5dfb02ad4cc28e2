// Go's own commands, built with coverage of everything that is in them, and profiles of them.
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../command.mjs";

/** Any module of Go's will do. */
const MODULE = join(dirname(fileURLToPath(import.meta.url)), "../../agent");

/** A Go with its tools: this machine's, or the version that is named, from Go's module proxy. */
export async function findGo(version = "local") {
  const env = { ...process.env, GOTOOLCHAIN: version, GOFLAGS: "-buildvcs=false", CGO_ENABLED: "0" };
  // Later calls, of programs under test too, must not look for another one.
  const root = (await run("go", ["env", "GOROOT"], { env })).trim().split("\n").at(-1);
  const go = (args, options = {}) =>
    run(join(root, "bin/go"), args, {
      ...options,
      env: { ...env, GOTOOLCHAIN: "local", GOROOT: root, ...options.env },
    });
  const name = (await go(["env", "GOVERSION"])).trim();
  // The program itself: the go command in front of it would be measured with it.
  await go(["tool", "covdata", "percent", `-i=${root}`]).catch(() => undefined);
  const covdata = (await go(["tool", "-n", "covdata"])).trim();
  return { root, name, go, covdata };
}

/** Builds a command of Go's own. */
export async function buildCommand({ go }, { command, mode, output }) {
  await go(["build", "-cover", "-coverpkg=all", `-covermode=${mode}`, "-o", output, `cmd/${command}`]);
  return output;
}

const QUESTIONS = [
  ["version"],
  ["env"],
  ["help", "build"],
  ["vet", "-h"],
  ["mod", "help"],
  ["env", "-json", "GOOS"],
  ["tool"],
  ["list", "-m", "all"],
  ["list", "fmt"],
  ["doc", "fmt"],
];

/** Runs the go command `count` times with different arguments, so that each leaves a profile. */
export async function leaveProfiles({ root }, { program, folder, count }) {
  await mkdir(folder, { recursive: true });
  const env = { ...process.env, GOROOT: root, GOTOOLCHAIN: "local", GOFLAGS: "", GOCOVERDIR: folder };
  let next = 0;
  const work = async () => {
    for (let index = next++; index < count; index = next++)
      // Some questions have no good answer, and leave a profile all the same.
      await run(program, QUESTIONS[index % QUESTIONS.length], { env, cwd: MODULE }).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}
