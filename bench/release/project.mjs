// What `build --push`, and runs of two suites on another machine, leave for the job that releases; and its key.
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../command.mjs";

const seatrial = join(dirname(fileURLToPath(import.meta.url)), "../../packages/seatrial/dist/main.js");
const SUITES = ["unit", "integration"];
const TESTS = Array.from(
  { length: 50 },
  (_, index) => `<testcase classname="bench" name="test ${index + 1}" time="0.01"/>`,
);
const JUNIT = `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="bench" tests="${TESTS.length}">${TESTS.join("")}</testsuite></testsuites>\n`;

/** The project at a commit, which is made on that of `on` if there is one; returns the commit. */
export async function writeProject({ folder, on, name, image, repository }) {
  const write = async (file, content) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), content);
  };
  if (on !== undefined) await run("git", ["clone", "--quiet", on, folder]);
  const suites = SUITES.map((suite) => `  ${suite}: { runner: pytest, command: check }\n`).join("");
  await write("Dockerfile", "FROM scratch AS release\n");
  await write(
    "seatrial.yaml",
    `name: ${name}\nsuites:\n${suites}release:\n  repository: "\${TO:-${repository}}"\n  candidate: ${repository}\n  tags: ["\${VERSION:-none}"]\n  floating: ["\${MOVING:-none}"]\n`,
  );
  await write(".gitignore", "images.json\nevidence\nseatrial.key\nseatrial.pub\n.seatrial\n");
  const source = { commit: await commit(folder), dirty: false };
  const identity = { target: "release", ...image, standIn: false };
  const list = { version: 1, project: name, source, release: "release", images: [identity] };
  await write("images.json", JSON.stringify(list));
  await write("evidence/bench/outcome.json", JSON.stringify(outcomeOf({ name, image, identity, source })));
  for (const suite of SUITES) await write(`evidence/bench/results/${suite}/junit.xml`, JUNIT);
  return source.commit;
}

function outcomeOf({ name, image, identity, source }) {
  return {
    version: 1,
    run: "bench",
    project: name,
    status: "passed",
    startedAt: new Date().toISOString(),
    duration: 1,
    engine: { name: "", version: "", platform: "" },
    source,
    // The run took the very manifest that the list names: that spares the release a look into the layers.
    images: [{ ...identity, manifest: image.digest }],
    services: [],
    suites: SUITES.map((suite) => ({
      name: suite,
      runner: "pytest",
      imageId: image.imageId,
      proof: { kind: "identical" },
      status: "passed",
      counts: { passed: TESTS.length, failed: 0, skipped: 0 },
      duration: 1,
      shards: 1,
      junit: {
        file: `results/${suite}/junit.xml`,
        digest: `sha256:${createHash("sha256").update(JUNIT).digest("hex")}`,
      },
      results: `results/${suite}`,
    })),
    release: "release",
    problems: [],
    warnings: [],
  };
}

async function commit(folder) {
  const git = (...args) =>
    run("git", ["-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@example.com", ...args]);
  await git("init", "--quiet", "--initial-branch", "trunk");
  await git("add", "--all");
  await git("commit", "--quiet", "--allow-empty", "--message", "bench");
  return (await git("rev-parse", "HEAD")).trim();
}

/** Returns the private key's file. */
export async function makeKey(folder) {
  await run(process.execPath, [seatrial, "key", "new", "--no-passphrase"], { cwd: folder });
  return join(folder, "seatrial.key");
}
