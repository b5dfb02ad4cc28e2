// The example under a name of its own, as a git repository, and what happens to it between two pipelines.
import { randomBytes } from "node:crypto";
import { cp, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../command.mjs";

const EXAMPLE = join(dirname(fileURLToPath(import.meta.url)), "../../examples/flask-webpack");
const SOURCE = "src/lendly/terms.py";

export async function copyExample(folder, { name }) {
  const isSource = (file) => ![".seatrial", ".registry"].includes(basename(file));
  await cp(EXAMPLE, folder, { recursive: true, filter: isSource });
  const file = join(folder, "seatrial.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("name: lendly", `name: ${name}`));
}

/** A base that no build has seen: every step runs again, and those of no other project are thrown away for it. */
export async function fromScratch(folder) {
  const file = join(folder, "Dockerfile");
  const text = (await readFile(file, "utf8")).replace(/^ENV SCRATCH=.*\n/gm, "");
  await writeFile(file, text.replace(/^(FROM (node|python):.*)$/gm, `$1\nENV SCRATCH=${unseen()}`));
}

export async function changeLine(folder) {
  const file = join(folder, SOURCE);
  const text = (await readFile(file, "utf8")).replace(/\n# round .*\n$/, "\n");
  await writeFile(file, `${text}# round ${unseen()}\n`);
}

const unseen = () => randomBytes(6).toString("hex");

/** Another commit in any case: nothing was released for it yet. */
export async function commit(folder) {
  const who = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"];
  const git = (...args) => run("git", ["-C", folder, ...who, ...args]);
  await git("init", "--quiet", "--initial-branch", "trunk");
  await git("add", "--all");
  await git("commit", "--quiet", "--allow-empty", "--message", "bench");
}
