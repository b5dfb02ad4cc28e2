// node bench/coverage/agree.mjs [go1.22.12 …]: whether we say byte for byte what `go tool covdata` of these versions says of Go's own
// commands and of test binaries, in the modes set and atomic. Versions come from Go's module proxy; default: this machine's alone.
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../command.mjs";
import { bundleOurs } from "./bundle.mjs";
import { buildCommand, findGo, leaveProfiles } from "./programs.mjs";

const versions = process.argv.slice(2);
const RUNS = 30;
const home = await mkdtemp(join(tmpdir(), "seatrial-agree-"));
const ours = await bundleOurs(home);
let differences = 0;
try {
  for (const version of versions.length > 0 ? versions : ["local"]) {
    const go = await findGo(version);
    for (const mode of ["set", "atomic"]) await agree(go, { mode, folder: join(home, go.name, mode) });
  }
} finally {
  await rm(home, { recursive: true, force: true });
}
console.log(differences === 0 ? "all the same" : `${differences} differences`);
process.exitCode = differences === 0 ? 0 : 1;

async function agree(go, { mode, folder }) {
  const program = await buildCommand(go, { command: "go", mode, output: join(folder, "go") });
  const other = await buildCommand(go, { command: "gofmt", mode, output: join(folder, "gofmt") });
  const [commands, mixed, tests] = ["commands", "mixed", "tests"].map((name) => join(folder, name));
  await leaveProfiles(go, { program, folder: commands, count: RUNS });
  await mkdir(mixed, { recursive: true });
  for (const file of [join(go.root, "src/fmt"), join(go.root, "src/cmd/gofmt")])
    await run(other, ["-l", file], { env: { ...process.env, GOCOVERDIR: mixed } });
  await mkdir(tests, { recursive: true });
  for (const name of ["text/tabwriter", "text/template", "cmd/internal/edit"])
    await test(go, { name, mode, folder: tests });
  const cases = {
    "the go command": [commands],
    "two commands": [commands, mixed],
    "test binaries": [tests],
    "commands and test binaries": [mixed, tests, commands],
  };
  for (const [name, folders] of Object.entries(cases)) await compare(go, { name, mode, folders, folder });
}

async function test({ go, root }, { name, mode, folder }) {
  const binary = join(folder, `${name.replaceAll("/", "-")}.test`);
  await go([
    "test",
    "-c",
    "-cover",
    `-covermode=${mode}`,
    "-coverpkg=text/...,strings,fmt",
    "-o",
    binary,
    name,
  ]);
  const cwd = join(root, "src", name);
  const env = { ...process.env, GOROOT: root };
  // Tests that fail leave profiles as well.
  await run(binary, [`-test.gocoverdir=${folder}`, "-test.short"], { cwd, env }).catch(() => undefined);
  await rm(binary);
}

async function compare({ name: version, covdata }, { name, mode, folders, folder }) {
  const [theirs, mine] = [join(folder, "theirs"), join(folder, "ours")];
  const input = `-i=${folders.join(",")}`;
  const counts = await Promise.all(folders.map(async (each) => (await readdir(each)).length));
  const answers = {
    async textfmt() {
      await run(covdata, ["textfmt", input, `-o=${theirs}`]);
      await ask("textfmt", mine, folders);
      return [await readFile(theirs, "utf8"), await readFile(mine, "utf8")];
    },
    async percent() {
      await ask("percent", mine, folders);
      return [said("percent"), await readFile(mine, "utf8")];
    },
    async func() {
      await ask("func", mine, folders);
      return [said("func"), await readFile(mine, "utf8")];
    },
    merge: () => merged("merge", []),
    combine: () => merged("combine", ["-pcombine"]),
  };
  for (const [what, answer] of Object.entries(answers)) {
    const [expected, found] = await answer();
    const isSame = sorted(expected) === sorted(found);
    const verdict =
      expected === found ? "same bytes" : isSame ? "same lines, ties in another order" : "DIFFERENT";
    if (!isSame) differences += 1;
    const size = `${expected.split("\n").length - 1} lines of ${counts.reduce((sum, count) => sum + count)} files`;
    console.log(`${version} ${mode}: ${what} of ${name}: ${verdict} (${size})`);
  }

  /** Without its warnings: Go 1.24 has some for profiles that it wrote itself. */
  function said(command) {
    const stdio = ["ignore", "pipe", "ignore"];
    return execFileSync(covdata, [command, input], { encoding: "utf8", stdio, maxBuffer: 1 << 28 });
  }

  /** Our merge as their tool reads it, against theirs. */
  async function merged(command, flags) {
    const texts = [];
    for (const [from, make] of [
      [theirs, (to) => mkdir(to).then(() => run(covdata, ["merge", ...flags, input, `-o=${to}`]))],
      [mine, (to) => ask(command, to, folders)],
    ]) {
      const to = `${from}-${command}`;
      await rm(to, { recursive: true, force: true });
      await make(to);
      await run(covdata, ["textfmt", `-i=${to}`, `-o=${from}`]);
      texts.push(await readFile(from, "utf8"));
    }
    return texts;
  }
}

async function ask(command, output, folders) {
  await run(process.execPath, [ours, command, output, ...folders]);
}

function sorted(text) {
  return text.split("\n").sort().join("\n");
}
