import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { docker, eventually } from "./support/engine.ts";
import { copyAgent } from "./support/own-agent.ts";
import { ROOT } from "./support/program.ts";
import { project } from "./support/project.ts";

/**
 * Nothing but the wrapper and a program with coverage: no shell, no /tmp, no user of any name. /shared/go is as an empty volume of
 * Kubernetes is: anybody may write to it.
 */
const DOCKERFILE = `FROM golang:1.24 AS build
WORKDIR /src
COPY covered .
RUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 GOGC=400 go build -trimpath -buildvcs=false -cover -covermode=atomic -o /out/app . && mkdir /out/profiles \\
 && mkdir -p /out/shared/go && chmod 777 /out/shared/go
FROM scratch
COPY --from=build /out/app /
COPY --chmod=755 agent /
COPY --from=build --chown=65532:65532 /out/profiles /profiles
COPY --from=build /out/shared /shared
VOLUME /profiles
USER 65532:65532
ENTRYPOINT ["/agent", "cover", "--to", "/profiles", "--run", "e2e", "--service", "app", "--instance", "one", "--", "/app"]
`;

const names = { image: `seatrial-e2e-cover-${process.pid}`, count: 0 };

beforeAll(async () => {
  await using context = await project({ Dockerfile: DOCKERFILE });
  await cp(join(ROOT, "agent/testdata/covered"), join(context.folder, "covered"), { recursive: true });
  await copyAgent(join(context.folder, "agent"));
  await docker("build", "--quiet", "--tag", names.image, context.folder);
}, 300_000);

afterAll(async () => {
  await docker("image", "rm", "--force", names.image);
});

interface Unit {
  argv: string[];
  exit?: { code: number | null; signal: string | null };
  endedAt?: string;
  files: { path: string }[];
  problems: { code: string; message: string }[];
}

function newName(): string {
  names.count += 1;
  return `${names.image}-${names.count}`;
}

/** A container of the image, with a read-only root file system. */
async function start(...args: string[]) {
  const name = newName();
  await docker("run", "--detach", "--read-only", "--name", name, names.image, ...args);
  return {
    name,
    saysReady: () => saysReady(name),
    /** What is there when it has ended. */
    ended: () => ended(name),
    async [Symbol.asyncDispose]() {
      await docker("rm", "--force", "--volumes", name);
    },
  };
}

async function saysReady(name: string, times = 1) {
  const until = (log: string) => log.split("ready").length > times;
  await eventually({ ask: () => docker("logs", name), until, within: 10_000 });
}

async function ended(name: string) {
  const code = Number(await docker("wait", name));
  const folder = await mkdtemp(join(tmpdir(), "cover-container-"));
  await docker("cp", `${name}:/profiles`, folder);
  const found = await readdir(folder, { recursive: true });
  const manifests = found.filter((path) => path.endsWith("manifest.json"));
  const [manifest] = manifests;
  const unit = JSON.parse(await readFile(join(folder, manifest ?? "none"), "utf8")) as Unit;
  const files = await readdir(join(folder, dirname(manifest ?? ""), "go"));
  await rm(folder, { recursive: true });
  return { code, unit, files, units: manifests.length };
}

/** A program that knows nothing of the wrapper, and the wrapper beside it, as different users that share a volume at /shared/go. */
async function startPair(...args: string[]) {
  const volume = newName();
  const app = newName();
  const sidecar = newName();
  const shared = ["run", "--detach", "--read-only", "--volume", `${volume}:/shared/go`];
  const settings = [
    "--to",
    "/profiles",
    "--run",
    "e2e",
    "--service",
    "app",
    "--instance",
    "one",
    "--budget",
    "8s",
  ];
  const watching = ["cover", ...settings, "--watch", "/shared"];
  await docker(...shared, "--name", sidecar, "--entrypoint", "/agent", names.image, ...watching);
  const program = ["--user", "1000:1000", "--env", "GOCOVERDIR=/shared/go", "--entrypoint", "/app"];
  await docker(...shared, "--name", app, ...program, names.image, ...args);
  return {
    app,
    sidecar,
    saysReady: (times?: number) => saysReady(app, times),
    ended: () => ended(sidecar),
    async [Symbol.asyncDispose]() {
      await docker("rm", "--force", "--volumes", app, sidecar);
      await docker("volume", "rm", "--force", volume);
    },
  };
}

const kinds = (unit: Unit) => unit.files.map(({ path }) => path.replace(/\..*/, "")).sort();
const codes = (unit: Unit) => unit.problems.map((problem) => problem.code);
const WHOLE = ["go/covcounters", "go/covmeta"];

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

it("a sidecar that ends after its program, as native ones do, has all of it", async () => {
  await using pair = await startPair("wait", "1s");
  await pair.saysReady();
  await docker("stop", pair.app);
  await docker("kill", "--signal", "TERM", pair.sidecar);
  const { code, unit } = await pair.ended();
  expect([code, kinds(unit), codes(unit), unit.exit, unit.argv]).toEqual([0, WHOLE, [], undefined, []]);
  expect(unit.endedAt).toBeDefined();
});

it("a sidecar that is told to end before its program waits for it", async () => {
  await using pair = await startPair("wait", "2s");
  await pair.saysReady();
  await docker("kill", "--signal", "TERM", pair.sidecar);
  await docker("kill", "--signal", "TERM", pair.app);
  const { code, unit } = await pair.ended();
  expect([code, kinds(unit), codes(unit)]).toEqual([0, WHOLE, []]);
});

it("a sidecar whose program died sends what is there, and says that it is not all", async () => {
  await using pair = await startPair("wait");
  await pair.saysReady();
  await docker("kill", pair.app);
  await docker("kill", "--signal", "TERM", pair.sidecar);
  const { code, unit } = await pair.ended();
  expect([code, kinds(unit), codes(unit)]).toEqual([0, ["go/covmeta"], ["COVERAGE_NOT_FLUSHED"]]);
  expect(unit.problems[0]?.message).toContain("only meta data is there");
});

it("a sidecar has the profiles of a program that died and was started anew", async () => {
  await using pair = await startPair("wait");
  await pair.saysReady();
  await docker("kill", pair.app);
  await docker("start", pair.app);
  await pair.saysReady(2);
  await docker("stop", pair.app);
  await docker("kill", "--signal", "TERM", pair.sidecar);
  const { unit } = await pair.ended();
  expect([kinds(unit), codes(unit)]).toEqual([WHOLE, []]);
});

it("a sidecar that is started again goes on with its unit", async () => {
  await using pair = await startPair("wait");
  await pair.saysReady();
  await docker("restart", pair.sidecar);
  await docker("stop", pair.app);
  await docker("kill", "--signal", "TERM", pair.sidecar);
  const { code, unit, units } = await pair.ended();
  expect([code, units, kinds(unit), codes(unit)]).toEqual([0, 1, WHOLE, []]);
  expect(unit.endedAt).toBeDefined();
});
