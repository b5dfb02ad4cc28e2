import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CoverageReport, linesOf } from "./support/coverage/figures.ts";
import { docker, eventually, leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { copyAgent } from "./support/own-agent.ts";
import { ROOT, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const named = projectNames("cover-image");
const NOWHERE = { DOCKER_HOST: "unix:///nowhere/docker.sock" };

interface Program {
  name: string;
  /** Flags of the wrapper, and the program. */
  cover: string[];
  /** What `--image` names: of a Dockerfile's stages, or the very image that ran. */
  tools: "the image" | string;
  /** What a program needs that no run's hook saves: in which file, after which line. */
  setting?: { file: string; after: string; line: string };
  /** An image that lacks what ran, and what is said of it. */
  without: { image: string; says: string };
  lines: Record<string, { parcels: string; nobody: string }>;
}

const PROGRAMS: Program[] = [
  {
    name: "python",
    cover: ["--languages", "python", "--", "coverage", "run", "-m", "parcels.server"],
    tools: "the image",
    setting: { file: "pyproject.toml", after: "branch = true", line: "sigterm = true" },
    without: { image: "python:3.13-slim", says: "There is no /app in the image" },
    lines: {
      "parcels/price.py": { parcels: "4-5 7-10 13", nobody: "6 14-16" },
      "parcels/server.py": { parcels: "3 5 8-14 18-23 26-27", nobody: "15-16" },
    },
  },
  {
    name: "java",
    cover: [
      ...["--languages", "java", "--java-agent", "/opt/jacoco/jacocoagent.jar"],
      ...["--", "java", "-cp", "/app/classes", "parcels.Server"],
    ],
    tools: "tools",
    without: { image: "the image", says: "command line is not at /opt/jacoco/jacococli.jar" },
    lines: {
      "src/parcels/Price.java": { parcels: "9 12-14 16", nobody: "10 21-22 24" },
      "src/parcels/Server.java": { parcels: "12-16 19 21-22 25-26 29-33", nobody: "10 23-24" },
    },
  },
  {
    name: "rust",
    cover: ["--languages", "llvm", "--", "/out/parcels"],
    tools: "build",
    without: { image: "the image", says: "There is no llvm-profdata" },
    lines: {
      "src/main.rs": { parcels: "9-11 13-14 16 18-19 21-28 30-36 39", nobody: "15 37" },
      "src/price.rs": { parcels: "4-5 7-13", nobody: "6 16-21" },
      "src/stop.rs": { parcels: "17-19 21-24", nobody: "" },
    },
  },
];

/** The fixture's app with the wrapper before its program, as a deployment would have it. */
function dockerfile(app: string, cover: readonly string[]): string {
  const flags = ["--to", "/profiles", "--run", "e2e", "--service", "parcels", "--instance", "one"];
  return `FROM ${app}
COPY --chmod=755 agent /agent
COPY --chown=65534:65534 empty /profiles
VOLUME /profiles
ENTRYPOINT ${JSON.stringify(["/agent", "cover", ...flags, ...cover])}
CMD []
`;
}

describe.each(PROGRAMS)(
  "profiles of $name from a container outside of any run",
  ({ name, cover, tools, setting, without, lines }) => {
    const own = named(name);
    const image = `seatrial/${own}:covered`;
    const asNamed = (which: string) => (which === "the image" ? image : which);
    let copy: TestProject;

    const report = async (args: string[], env: Record<string, string> = {}) => {
      const ended = await seatrial(["coverage", "report", ...args], { cwd: copy.folder, env });
      return { ...ended, told: ended.stdout + ended.stderr };
    };

    beforeAll(async () => {
      copy = await project({}, { from: `${ROOT}/fixtures/coverage-${name}` });
      const { folder } = copy;
      const text = await readFile(`${folder}/seatrial.yaml`, "utf8");
      await copy.write("seatrial.yaml", text.replace(/^name: .*/m, `name: ${own}`));
      if (setting !== undefined) {
        const { file, after, line } = setting;
        const settings = await readFile(path.join(folder, file), "utf8");
        await copy.write(file, settings.replace(after, `${after}\n${line}`));
      }
      const app = `seatrial/${own}:app`;
      await docker("build", "--quiet", "--target", "app", "--tag", app, folder);
      await using covered = await project({ Dockerfile: dockerfile(app, cover), "empty/.keep": "" });
      await copyAgent(path.join(covered.folder, "agent"));
      await docker("build", "--quiet", "--tag", image, covered.folder);
      await using container = await deployed(image, own);
      const ask = async (address: string) => {
        // The engine accepts before the program does.
        const answer = await fetch(`${container.url}${address}`, { signal: AbortSignal.timeout(5_000) });
        return await answer.text();
      };
      const ready = () => ask("/healthz").catch(() => "");
      await eventually({ ask: ready, until: (answer) => answer === "ok", within: 20_000 });
      expect(await ask("/price/30")).toBe("890");
      await docker("stop", container.name);
      await docker("cp", `${container.name}:/profiles`, `${folder}/storage`);
      const pulled = await seatrial(["coverage", "pull", "storage"], { cwd: folder });
      expect(pulled.code, pulled.stdout + pulled.stderr).toBe(0);
    }, 600_000);

    afterAll(async () => await copy[Symbol.asyncDispose]());

    it("cannot be read by themselves, and it is said what can", async () => {
      const { told } = await report([]);
      expect(told).toContain("only the language's own tool can read them");
      expect(told).toContain("--image parcels=");
    });

    it("are not read by an image that lacks what they need, which is named", async () => {
      const { told } = await report(["--image", `parcels=${asNamed(without.image)}`]);
      expect(told).toContain(without.says);
      expect(told).toContain(asNamed(without.image));
    });

    it("are read by the tools of an image, once: later reports need no engine", async () => {
      const first = await report(["--image", asNamed(tools), "--format", "json"]);
      expect(found(JSON.parse(first.stdout)), first.stderr).toEqual(lines);
      expect(await leftovers({ project: own })).toEqual([]);
      const second = await report(["--format", "json"], NOWHERE);
      expect(found(JSON.parse(second.stdout)), second.stderr).toEqual(lines);
    });

    it("are the same in what is merged of them, and pulled again they bring no harm", async () => {
      const merged = await seatrial(["coverage", "merge", "--into", "merged"], {
        cwd: copy.folder,
        env: NOWHERE,
      });
      expect(merged.code, merged.stdout + merged.stderr).toBe(0);
      const again = await seatrial(["coverage", "pull", "storage"], { cwd: copy.folder });
      expect(again.code, again.stdout + again.stderr).toBe(0);
      for (const inputs of [["merged"], []]) {
        const { stdout, stderr } = await report([...inputs, "--format", "json"], NOWHERE);
        expect(found(JSON.parse(stdout)), stderr).toEqual(lines);
      }
    });
  },
);

/** A container of the image, answering at a port of this machine. */
async function deployed(image: string, name: string) {
  await docker("run", "--detach", "--name", name, "--publish", "127.0.0.1::8080", image);
  const address = await docker("port", name, "8080");
  return {
    name,
    url: `http://${address.split("\n")[0]}`,
    async [Symbol.asyncDispose]() {
      await docker("rm", "--force", "--volumes", name);
    },
  };
}

function found(report: CoverageReport) {
  return Object.fromEntries(
    Object.entries(linesOf(report)).map(([file, { parcels, nobody }]) => [
      file,
      { parcels: ranges(parcels), nobody: ranges(nobody) },
    ]),
  );
}

/** 1, 2, 3, 5 are `1-3 5`. */
function ranges(lines: readonly number[] = []): string {
  const starts = lines.filter((line) => !lines.includes(line - 1));
  const ends = lines.filter((line) => !lines.includes(line + 1));
  return starts.map((start, at) => (start === ends[at] ? `${start}` : `${start}-${ends[at]}`)).join(" ");
}
