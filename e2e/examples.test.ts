import { readFile, rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { complaintsOf, latestOutcome, ROOT, seatrial } from "./support/program.ts";
import { project } from "./support/project.ts";

const named = projectNames("examples");

interface Example {
  name: string;
  proofs: Record<string, string>;
  /** How many tests of each suite pass; more than three where this is not said. */
  passed?: Record<string, number>;
  /** How many spaces the tests of each suite were given. */
  spaces?: Record<string, number>;
  services?: Record<string, string>;
  /** Test cases of the checks that the report must have. */
  cases?: string[];
  /** Sources that reach something, and the reports that are written. */
  coverage?: { sources: string[]; reports: string[] };
  /** `init` cannot know what a space needs, nor that the build context is another folder. Default: its proposal passes. */
  proposal?: false;
}

const EXAMPLES: Example[] = [
  {
    name: "go-redis",
    proofs: { unit: "prefix", integration: "prefix" },
    coverage: {
      sources: ["unit", "integration"],
      reports: ["coverage.txt", "html/index.html", "cobertura.xml"],
    },
  },
  {
    name: "fastapi-poetry",
    proofs: { dev: "sibling", store: "sibling", api: "black-box" },
    passed: { dev: 62, store: 20, api: 8 },
    spaces: { store: 20 },
    services: { postgres: "ready", app: "ready" },
    cases: ["pytest", "pytest: executable not found"],
    coverage: { sources: ["dev", "store"], reports: ["coverage.txt", "html/index.html", "lcov.info"] },
    proposal: false,
  },
  {
    name: "go-postgres",
    proofs: { unit: "prefix", integration: "prefix" },
    passed: { unit: 36, integration: 177 },
    services: { postgres: "ready" },
    proposal: false,
  },
  {
    name: "flask-webpack",
    proofs: {
      unit: "prefix",
      frontend: "sibling",
      integration: "prefix",
      api: "black-box",
      pages: "black-box",
    },
    passed: { unit: 61, frontend: 21, integration: 44, api: 13, pages: 14 },
    services: { postgres: "ready", migrate: "completed", app: "ready" },
    coverage: {
      sources: ["unit", "frontend", "integration"],
      reports: ["coverage.txt", "html/index.html"],
    },
  },
];

describe.each(EXAMPLES)(
  "examples/$name",
  ({ name, proofs, passed = {}, spaces = {}, services, cases = [], coverage, proposal = true }) => {
    const folder = `${ROOT}/examples/${name}`;

    it("passes, says what each suite proves, and leaves nothing in the engine", async () => {
      const ended = await seatrial(["run", "--no-color"], { cwd: folder });
      expect(complaintsOf(ended)).toEqual([]);
      expect(ended.code, ended.stdout).toBe(0);
      const outcome = await latestOutcome(folder);
      expect(outcome.status).toBe("passed");
      for (const [suite, proof] of Object.entries(proofs)) {
        const found = outcome.suites.find((each) => each.name === suite);
        expect(found?.proof?.kind).toBe(proof);
        expect(found?.counts.passed).toBeGreaterThan(3);
      }
      for (const [suite, number] of Object.entries(passed)) {
        const counts = outcome.suites.find((each) => each.name === suite)?.counts;
        expect(counts, suite).toEqual({ passed: number, failed: 0, skipped: 0 });
      }
      for (const [suite, number] of Object.entries(spaces))
        expect(outcome.suites.find((each) => each.name === suite)?.spaces, suite).toBe(number);
      const ends = Object.fromEntries(outcome.services.map((service) => [service.name, service.status]));
      if (services !== undefined) expect(ends).toEqual(services);
      const reached = outcome.coverage?.sources.filter(({ percent = 0 }) => percent > 0);
      expect(reached?.map(({ name }) => name)).toEqual(coverage?.sources);
      expect(outcome.coverage?.sources.flatMap(({ problems }) => problems) ?? []).toEqual([]);
      expect(Object.values(outcome.coverage?.reports ?? {}).sort()).toEqual(
        (coverage?.reports ?? []).map((file) => `coverage/${file}`).sort(),
      );
      expect(await leftovers({ run: outcome.run })).toEqual([]);
      const junit = await readFile(`${folder}/.seatrial/latest/junit.xml`, "utf8");
      expect(outcome.check?.status).toBe("passed");
      const counted = [...outcome.suites, ...(outcome.check === undefined ? [] : [outcome.check])];
      expect(junit.match(/<testcase/g)?.length).toBe(
        counted.reduce((sum, { counts }) => sum + counts.passed + counts.failed + counts.skipped, 0),
      );
      for (const name of cases) expect(junit).toContain(`name="${name}"`);
      // The first time, npm and pip download what the images need.
    }, 600_000);

    const itProposes = proposal ? it : () => undefined;
    itProposes("passes as well with what `init` proposes for it", async () => {
      await using copy = await project({}, { from: folder });
      await rm(`${copy.folder}/seatrial.yaml`);
      await rm(`${copy.folder}/.seatrial`, { recursive: true, force: true });
      expect((await seatrial(["init"], { cwd: copy.folder })).code).toBe(0);
      const proposed = (await readFile(`${copy.folder}/seatrial.yaml`, "utf8")).replace(
        /^name: .*/m,
        `name: ${named(name)}`,
      );
      await copy.write("seatrial.yaml", proposed);
      const ended = await seatrial(["run", "--no-color"], { cwd: copy.folder });
      expect(ended.code, ended.stdout).toBe(0);
      const { suites } = await latestOutcome(copy.folder);
      expect(suites.reduce((sum, { counts }) => sum + counts.passed, 0)).toBeGreaterThan(20);
    });

    it("gives one image id for one source, built for another run, without a rebuild", async () => {
      const first = await latestOutcome(folder);
      await seatrial(["build"], { cwd: folder });
      const second = await latestOutcome(folder);
      expect(second.run).not.toBe(first.run);
      expect(second.images).toEqual(first.images);
      expect(second.build?.steps).toBeGreaterThan(0);
      expect(second.build?.cached).toBe(second.build?.steps);
    });
  },
);
