import { readFile, stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Unit, unitsIn } from "./support/coverage/units.ts";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { complaintsOf, type Ended, latestOutcome, ROOT, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const named = projectNames("coverage-run");

/** The Go service beside which tests run, as a Compose service that may write nowhere. */
const COMPOSE = `
services:
  locked:
    build: { context: ., target: app }
    read_only: true
    cap_drop: [ALL]
    cap_add: [SETUID, SETGID, KILL]
    stop_grace_period: 5s
`;

const config = (name: string, coverage: string) => `
name: ${name}
image: { release: app, test: test }
suites:
  unit: { runner: go, binaries: /tests/unit }
  api:
    runner: go
    binaries: /tests/api
    needs: [locked]
    env: { PARCELS_URL: "http://locked:8080" }
services:
  locked: { ready: "http://:8080/healthz" }
coverage: ${coverage}
`;

const percentOf = (text: string | undefined) => Number(text);

describe("coverage of a run in images from scratch, of nobody, with a read-only root and few capabilities", () => {
  const name = named("locked");
  let copy: TestProject;

  beforeAll(async () => {
    copy = await project({ "compose.yaml": COMPOSE }, { from: `${ROOT}/fixtures/coverage-go` });
  });
  afterAll(async () => await copy[Symbol.asyncDispose]());

  const run = async (coverage: string, args: string[] = ["test"]): Promise<Ended> => {
    await copy.write("seatrial.yaml", config(name, coverage));
    return await seatrial([...args, "--no-color"], { cwd: copy.folder });
  };
  const latest = (file: string) => `${copy.folder}/.seatrial/latest/${file}`;

  it("comes from the tests and from the service that they ask, is reported in every form and passes its judgement", async () => {
    const ended = await run(
      "{ sources: [unit, locked], minimum: { total: 60, sources: { unit: 10 }, files: { 'price/**': 50 } }, formats: [text, lcov, cobertura, html, json] }",
    );
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(complaintsOf(ended)).toEqual([]);
    const { coverage, suites } = await latestOutcome(copy.folder);
    expect(suites.map(({ status }) => status)).toEqual(["passed", "passed"]);
    expect(coverage).toMatchObject({ status: "passed", reports: { cobertura: "coverage/cobertura.xml" } });
    expect(coverage?.judgements).toHaveLength(5);
    expect(coverage?.percent).toBeGreaterThan(60);
    const units: Unit[] = await unitsIn(latest("coverage/units"));
    expect(units.map(({ service, source, problems }) => ({ service, source, problems }))).toEqual([
      { service: "api", source: "api", problems: [] },
      { service: "locked", source: "locked", problems: [] },
      { service: "unit", source: "unit", problems: [] },
    ]);
    expect(units.find(({ service }) => service === "locked")?.exit).toEqual({ code: 0, signal: null });
    for (const file of Object.values(coverage?.reports ?? {}))
      expect((await stat(latest(file ?? ""))).size, file).toBeGreaterThan(100);
    expect(await readFile(latest("coverage/lcov.info"), "utf8")).toContain("SF:price/price.go");
    const [, shown] = /^coverage +([\d.]+) % +\d+ of \d+ statements$/m.exec(ended.stdout) ?? [];
    expect(Math.abs(percentOf(shown) - (coverage?.percent ?? 0))).toBeLessThan(0.1);
    expect(ended.stdout).toMatch(/^ {2}locked +[\d.]+ %/m);
  });

  it("fails a run whose tests pass, when it is too low", async () => {
    const ended = await run("{ minimum: 99 }");
    expect(ended.code, ended.stdout + ended.stderr).toBe(1);
    const outcome = await latestOutcome(copy.folder);
    expect(outcome).toMatchObject({ status: "failed", problems: [], coverage: { status: "failed" } });
    expect(outcome.suites.map(({ status }) => status)).toEqual(["passed", "passed"]);
    expect(ended.stdout).toContain("99 %");
  });

  it("is not collected with --no-coverage, and not judged whole for a part of the suites", async () => {
    const without = await run("{ minimum: 99 }", ["test", "--no-coverage"]);
    expect(without.code, without.stdout + without.stderr).toBe(0);
    expect((await latestOutcome(copy.folder)).coverage).toBeUndefined();
    const part = await run("{ minimum: { total: 99, sources: { unit: 10 } } }", ["test", "unit"]);
    expect(part.code, part.stdout + part.stderr).toBe(0);
    expect(part.stdout).toContain("coverage of all sources together is not judged: api is not among them");
    expect((await latestOutcome(copy.folder)).coverage?.judgements).toMatchObject([
      { rule: "arrived", subject: "unit", passed: true },
      { rule: "source", subject: "unit", passed: true },
    ]);
  });

  it("is in the plan, and the engine has nothing left of it", async () => {
    const ended = await run("{ minimum: 60, reports: /app/lcov.info }", ["test", "--dry-run"]);
    expect(ended.stdout).toMatch(/^coverage locked .*go, python, node, llvm.*reports at \/app\/lcov\.info$/m);
    expect(ended.stdout).toContain("asked: 60 % in total");
    expect(await leftovers({ project: name })).toEqual([]);
  });
});

describe("a service that gives no coverage", () => {
  it("is told with its reason: not built with coverage, killed before it wrote, ended by a signal that it does not handle", async () => {
    const name = named("reasons");
    await using copy = await project(
      {
        "stubborn/main.go": `package main

import (
	"net/http"
	"os/signal"
	"syscall"
)

func main() {
	signal.Ignore(syscall.SIGTERM)
	http.ListenAndServe(":8080", http.NotFoundHandler())
}
`,
        "sudden/main.go": `package main

import "net/http"

func main() { http.ListenAndServe(":8080", http.NotFoundHandler()) }
`,
        Dockerfile: `FROM golang:1.24 AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOGC=400 GOFLAGS=-trimpath
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build go build -cover -o /out/stubborn ./stubborn && go build -cover -o /out/sudden ./sudden && go build -o /out/plain . && go test -c -vet=off -cover -o /tests/price.test ./price
FROM scratch AS app
COPY --from=build /out /
COPY --from=build /tests /tests
USER 65534:65534
`,
        "compose.yaml": `
x-app: &app { build: { context: . }, stop_grace_period: 1s }
services:
  stubborn: { <<: *app, command: [/stubborn] }
  sudden: { <<: *app, command: [/sudden] }
  plain: { <<: *app, command: [/plain] }
`,
        "seatrial.yaml": `
name: ${name}
suites:
  unit: { runner: go, binaries: /tests, needs: [stubborn, sudden, plain] }
services:
  stubborn: { ready: "tcp://:8080" }
  sudden: { ready: "tcp://:8080" }
  plain: { ready: "tcp://:8080" }
coverage: { sources: [unit, plain], formats: [json] }
`,
      },
      { from: `${ROOT}/fixtures/coverage-go` },
    );
    const ended = await seatrial(["test", "--no-color"], { cwd: copy.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(1);
    const { coverage, problems } = await latestOutcome(copy.folder);
    expect(problems).toEqual([]);
    expect(coverage?.judgements).toMatchObject([
      { rule: "arrived", subject: "unit", passed: true },
      { rule: "arrived", subject: "plain", passed: false },
    ]);
    const units = await unitsIn(`${copy.folder}/.seatrial/latest/coverage/units`);
    const of = (service: string) => units.find((unit) => unit.service === service);
    expect(of("plain")?.problems).toMatchObject([{ code: "COVERAGE_NOT_BUILT" }]);
    expect(of("stubborn")?.problems).toMatchObject([{ code: "COVERAGE_NOT_FLUSHED" }]);
    expect(of("stubborn")?.exit?.signal).toBe("KILL");
    expect(of("sudden")?.problems).toMatchObject([{ code: "COVERAGE_NOT_FLUSHED" }]);
    expect(of("unit")?.problems).toEqual([]);
    expect(ended.stdout).toContain("/plain of plain was not built with coverage");
    expect(ended.stdout).toContain(
      "was killed before it wrote its counters (it did not end in time, and was killed)",
    );

    // Nobody says whose coverage must arrive: with a minimum, theirs is missed too.
    const file = `${copy.folder}/seatrial.yaml`;
    const text = await readFile(file, "utf8");
    await copy.write("seatrial.yaml", text.replace("sources: [unit, plain]", "minimum: 1"));
    const byDefault = await seatrial(["test", "--no-color"], { cwd: copy.folder });
    expect(byDefault.code, byDefault.stdout + byDefault.stderr).toBe(1);
    const { judgements = [] } = (await latestOutcome(copy.folder)).coverage ?? {};
    const missed = judgements.filter(({ rule }) => rule === "arrived");
    expect(missed.map(({ subject, passed }) => [subject, passed])).toEqual([
      ["plain", false],
      ["stubborn", false],
      ["sudden", false],
    ]);
    expect(judgements.find(({ rule }) => rule === "total")).toMatchObject({ passed: true });
    expect(await leftovers({ project: name })).toEqual([]);
  });
});
