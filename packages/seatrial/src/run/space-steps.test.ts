import { describe, expect, it } from "vitest";
import type { FakeAgentOptions } from "../agent/testing/index.ts";
import { identityOf } from "../image/index.ts";
import type { SpacePlan, TemplateStep } from "../model/index.ts";
import { spacePlan } from "../spaces/testing/plan.ts";
import { createSharedResources } from "./resources.ts";
import { createStepRunner } from "./space-steps.ts";
import { planWith } from "./testing/plan.ts";
import { makeRunWorld } from "./testing/running.ts";

const ANY = new AbortController().signal;
const step: TemplateStep = {
  kind: "command",
  target: "test",
  argv: ["migrate", "up"],
  env: { LEVEL: "1", URL: "not this" },
  variable: "URL",
};
const values = { url: "postgres://template" };

async function carryOut(script: FakeAgentOptions, signal = ANY) {
  const space: SpacePlan = spacePlan({ template: { steps: [{ kind: "files", files: [] }, step] } });
  await using world = await makeRunWorld({ scripts: { db: script } });
  const { context } = world;
  const plan = planWith();
  await using shared = createSharedResources({ plan, context, onLost: () => undefined, signal: ANY });
  const image = await context.engine.images.inspect("tests:1", ANY);
  if (image === undefined) throw new Error("the engine in memory lacks its image");
  const runStep = createStepRunner({
    plan,
    context,
    build: Promise.resolve({
      images: new Map([["test", identityOf("test", image)]]),
      duration: 0,
      steps: 0,
      cached: 0,
      staleCaches: [],
    }),
    shared,
    services: { ready: async () => undefined },
    onNote: () => undefined,
  });
  const found = space.template.steps[1];
  if (found?.kind !== "command") throw new Error("the second step is a command");
  const ended = runStep(space, { step: found, values, env: { PGHOST: "db" } }, signal);
  const error = await ended.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  // The network is given back after this.
  const left = (await world.left()).filter((name) => !name.endsWith("-claim"));
  return { error, left };
}

describe("a command that changes a template", () => {
  it("is run in a container of its image, with the address in its variable and in the kind's own", async () => {
    const seen: unknown[] = [];
    const { error, left } = await carryOut({
      processes(spec) {
        seen.push([spec.argv, spec.env]);
        return [{ stdout: "done\n" }, { exit: 0 }];
      },
    });
    expect(error).toBeUndefined();
    expect(seen).toEqual([[["migrate", "up"], { PGHOST: "db", LEVEL: "1", URL: "postgres://template" }]]);
    expect(left).toEqual([]);
  });

  it("fails with how it ended, its last lines, and where the rest is", async () => {
    const { error, left } = await carryOut({
      processes: () => [{ stdout: "one\n" }, { stderr: "two\n" }, { exit: 4 }],
    });
    expect(error).toMatchObject({
      code: "TEMPLATE_FAILED",
      message: "The template of spaces of db could not be built: migrate up ended with exit code 4",
      hint: "Its whole output is in logs/db-template.log of the run's folder.",
      lastLines: ["one", "two"],
    });
    expect(left).toEqual([]);
  });

  it("that cannot be started fails with the reason", async () => {
    const { error } = await carryOut({ processes: () => ({ refuse: "no such file: migrate" }) });
    expect(error).toMatchObject({ code: "TEMPLATE_FAILED" });
    expect(String(error)).toContain("no such file: migrate");
  });

  it("ends with the run, and leaves no container", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    const { error, left } = await carryOut(
      {
        async *processes(_spec, io) {
          yield { stdout: "begun\n" };
          stop.abort(reason);
          await io.nextSignal();
        },
      },
      stop.signal,
    );
    expect(error).toBe(reason);
    expect(left).toEqual([]);
  });
});
