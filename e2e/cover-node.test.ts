import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { docker, eventually } from "./support/engine.ts";
import { copyAgent } from "./support/own-agent.ts";
import { project } from "./support/project.ts";

/** The wrapper in front of two programs: one that leaves signals to Node, and one that listens itself. */
const DOCKERFILE = `FROM node:20-slim
COPY --chmod=755 agent /agent
RUN mkdir -m 777 /profiles /app \\
 && echo 'const used = () => console.log("ready"); used(); setInterval(used, 60000);' > /app/plain.js \\
 && echo 'process.on("SIGTERM", () => process.exit(3)); require("./plain.js");' > /app/listens.js
VOLUME /profiles
ENV SEATRIAL_COVER_TO=/profiles SEATRIAL_COVER_LANGUAGES=node
ENTRYPOINT ["/agent", "cover", "--"]
`;

const names = { image: `seatrial-e2e-cover-node-${process.pid}`, count: 0 };

beforeAll(async () => {
  await using context = await project({ Dockerfile: DOCKERFILE });
  await copyAgent(join(context.folder, "agent"));
  await docker("build", "--quiet", "--tag", names.image, context.folder);
}, 300_000);

afterAll(async () => {
  await docker("image", "rm", "--force", names.image);
});

/** What a stopped container leaves: its exit code, and the unit's manifest. */
async function runAndStop(options: string[], ...argv: string[]) {
  names.count += 1;
  const name = `${names.image}-${names.count}`;
  const folder = await mkdtemp(join(tmpdir(), "cover-node-"));
  try {
    await docker("run", "--detach", "--name", name, ...options, names.image, ...argv);
    const until = (log: string) => log.includes("ready");
    await eventually({ ask: () => docker("logs", name), until, within: 20_000 });
    await docker("stop", name);
    const code = Number(await docker("wait", name));
    await docker("cp", `${name}:/profiles`, folder);
    const found = await readdir(folder, { recursive: true });
    const manifest = found.find((path) => path.endsWith("manifest.json")) ?? "none";
    const unit = JSON.parse(await readFile(join(folder, manifest), "utf8")) as {
      files: { path: string }[];
      problems: unknown[];
    };
    return { code, problems: unit.problems, paths: unit.files.map(({ path }) => path).sort() };
  } finally {
    await docker("rm", "--force", "--volumes", name);
    await rm(folder, { recursive: true });
  }
}

it("a program of Node that leaves signals to Node leaves its profile, without root and with a read-only root", async () => {
  const closed = ["--read-only", "--tmpfs", "/tmp", "--user", "node"];
  const { code, problems, paths } = await runAndStop(closed, "node", "/app/plain.js");
  expect([code, problems]).toEqual([143, []]);
  expect(paths.filter((path) => path.startsWith("sources/"))).toEqual(["sources/app/plain.js"]);
  expect(paths[0]).toMatch(/^node\/coverage-.*\.json$/);
});

it("a program of Node that listens itself ends as it likes, also when it is another user than the wrapper", async () => {
  const other = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", "node", "/app/listens.js"];
  const { code, problems, paths } = await runAndStop([], ...other);
  expect([code, problems]).toEqual([3, []]);
  expect(paths.filter((path) => path.startsWith("sources/"))).toEqual([
    "sources/app/listens.js",
    "sources/app/plain.js",
  ]);
});
