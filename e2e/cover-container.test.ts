import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { docker, eventually } from "./support/engine.ts";
import { ROOT } from "./support/program.ts";

/** Nothing but the wrapper and a program with coverage: no shell, no /tmp, no user of any name. */
const DOCKERFILE = `FROM golang:1.24 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go build -buildvcs=false -o /out/agent . \\
 && cd testdata/covered && CGO_ENABLED=0 go build -buildvcs=false -cover -covermode=atomic -o /out/app . && mkdir /out/profiles
FROM scratch
COPY --from=build /out/agent /out/app /
COPY --from=build --chown=65532:65532 /out/profiles /profiles
VOLUME /profiles
USER 65532:65532
ENTRYPOINT ["/agent", "cover", "--to", "/profiles", "--run", "e2e", "--service", "app", "--instance", "one", "--", "/app"]
`;

const names = { image: `seatrial-e2e-cover-${process.pid}`, count: 0 };

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "cover-container-"));
  await writeFile(join(folder, "Dockerfile"), DOCKERFILE);
  await docker(
    "build",
    "--quiet",
    "--tag",
    names.image,
    "--file",
    join(folder, "Dockerfile"),
    join(ROOT, "agent"),
  );
  await rm(folder, { recursive: true });
}, 300_000);

afterAll(async () => {
  await docker("image", "rm", "--force", names.image);
});

interface Unit {
  argv: string[];
  exit: { code: number | null; signal: string | null };
  files: { path: string }[];
  problems: { code: string }[];
}

/** A container of the image, with a read-only root file system. */
async function start(...args: string[]) {
  names.count += 1;
  const name = `${names.image}-${names.count}`;
  await docker("run", "--detach", "--read-only", "--name", name, names.image, ...args);
  return {
    name,
    saysReady: () =>
      eventually({ ask: () => docker("logs", name), until: (log) => log.includes("ready"), within: 10_000 }),
    /** What is there when it has ended. */
    async ended() {
      const code = Number(await docker("wait", name));
      const folder = await mkdtemp(join(tmpdir(), "cover-container-"));
      await docker("cp", `${name}:/profiles`, folder);
      const found = await readdir(folder, { recursive: true });
      const manifest = found.find((path) => path.endsWith("manifest.json"));
      const unit = JSON.parse(await readFile(join(folder, manifest ?? "none"), "utf8")) as Unit;
      const files = await readdir(join(folder, dirname(manifest ?? ""), "go"));
      await rm(folder, { recursive: true });
      return { code, unit, files };
    },
    async [Symbol.asyncDispose]() {
      await docker("rm", "--force", "--volumes", name);
    },
  };
}

it("a stopped container leaves the profiles of a program that ends gracefully", async () => {
  await using container = await start("wait", "1s");
  await container.saysReady();
  await docker("stop", container.name);
  const { code, unit, files } = await container.ended();
  expect(code).toBe(0);
  expect(unit).toMatchObject({ argv: ["/app", "wait", "1s"], exit: { code: 0, signal: null }, problems: [] });
  expect(files.map((name) => name.split(".")[0]).sort()).toEqual(["covcounters", "covmeta"]);
  expect(unit.files.map(({ path }) => path).sort()).toEqual(files.map((name) => `go/${name}`).sort());
});

it("a program that does not end in its share of the time is killed, and the unit says so", async () => {
  await using container = await start("ignore");
  await container.saysReady();
  await docker("stop", "--time", "20", container.name);
  const { code, unit } = await container.ended();
  expect(code).toBe(137);
  expect(unit.exit).toEqual({ code: null, signal: "KILL" });
  expect(unit.problems.map((problem) => problem.code)).toEqual(["COVERAGE_NOT_FLUSHED"]);
});

it("a program's exit code is the container's, and processes that it leaves behind bring their profiles", async () => {
  await using failing = await start("exit", "42");
  expect((await failing.ended()).code).toBe(42);
  await using forking = await start("fork", "2");
  const { code, unit } = await forking.ended();
  expect(code).toBe(0);
  expect(unit.files.filter(({ path }) => path.startsWith("go/covcounters."))).toHaveLength(5);
});
