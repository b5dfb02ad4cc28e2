import { describe, expect, test } from "vitest";
import type { ProbeAnswer } from "../agent/index.ts";
import type { FakeProbe } from "../agent/testing/index.ts";
import type { ProbeSpec } from "../model/index.ts";
import type { ToolError } from "../support/error.ts";
import { describeProbe, type ReadinessOptions, waitUntilReady } from "./readiness.ts";
import { connectedAgent } from "./testing/world.ts";

const yes = (instance?: string): ProbeAnswer => ({ ready: true, saw: "accepted", instance });
const no = (saw: string): ProbeAnswer => ({ ready: false, saw });
const tcp: ProbeSpec = { kind: "tcp", port: 6379 };

/** Asks an agent that gives these answers, the last one for ever. */
async function ask(answers: ProbeAnswer[], changes: Partial<ReadinessOptions> = {}) {
  const probes: FakeProbe[] = [];
  const notes: string[] = [];
  await using agent = connectedAgent({
    probe(probe) {
      probes.push(probe);
      return answers[Math.min(probes.length, answers.length) - 1] ?? no("no script");
    },
  });
  const failure = await waitUntilReady({
    service: "cache",
    readiness: { probes: [tcp], deadline: 5_000 },
    agent,
    process: { env: {} },
    onNote: (note) => void notes.push(note),
    lastLines: () => ["its last line"],
    signal: new AbortController().signal,
    ...changes,
  }).then(
    () => undefined,
    (error: ToolError) => error,
  );
  return { probes, notes, failure };
}

describe("a service is ready", () => {
  test("at once when there is nothing to ask", async () => {
    const { probes, failure } = await ask([], { readiness: { probes: [], deadline: 1_000 } });
    expect([probes, failure]).toEqual([[], undefined]);
  });

  test("when it has answered; what was seen until then is told once for each change", async () => {
    const { failure, notes } = await ask([
      no("connection refused"),
      no("connection refused"),
      no("starting up"),
      yes(),
    ]);
    expect(failure).toBeUndefined();
    expect(notes).toEqual([
      "waiting for port 6379: connection refused",
      "waiting for port 6379: starting up",
    ]);
  });

  test("when every probe was answered, one after the other", async () => {
    const http: ProbeSpec = { kind: "http", port: 80, path: "/", scheme: "http" };
    const { probes } = await ask([no("refused"), yes(), yes()], {
      readiness: { probes: [tcp, http], deadline: 5_000 },
    });
    expect(probes.map((probe) => probe.kind)).toEqual(["tcp", "tcp", "http"]);
  });

  test("only after answers of one server instance in a row", async () => {
    const { probes, notes } = await ask(
      [yes("bootstrap"), yes("real"), no("refused"), yes("real"), yes("real")],
      { confirmations: 2 },
    );
    expect(probes).toHaveLength(5);
    expect(notes).toContain("waiting for port 6379: it answers, but has restarted since it did before");
  });

  test("after as many answers as are needed where the protocol tells no instance", async () => {
    expect((await ask([yes()], { confirmations: 2 })).probes).toHaveLength(2);
  });

  test("after one yes of a command, which comes after the protocol's", async () => {
    const command: ProbeSpec = { kind: "command", argv: ["check"], timeout: 1_000 };
    const readiness = { probes: [tcp, command], deadline: 5_000 };
    const { probes } = await ask([yes("a"), yes("a"), no("no table"), yes()], {
      readiness,
      confirmations: 2,
    });
    expect(probes.map((probe) => probe.kind)).toEqual(["tcp", "tcp", "command", "command"]);
  });

  test("as its own health check says, run as its own process is", async () => {
    const command: ProbeSpec = { kind: "command", argv: ["check", "--now"], timeout: 7_000 };
    const { probes } = await ask([yes()], {
      readiness: { probes: [command], deadline: 5_000 },
      process: { env: { PGUSER: "app" }, user: "postgres", workingDir: "/data" },
    });
    expect(probes).toMatchObject([
      { kind: "command", argv: ["check", "--now"], timeout: 7_000, user: "postgres", env: { PGUSER: "app" } },
    ]);
  });
});

describe("a service is not ready", () => {
  test("at its deadline, which says what was seen last and which setting gives it longer", async () => {
    const { failure } = await ask([no("connection refused"), no("password rejected")], {
      readiness: { probes: [tcp], deadline: 450 },
    });
    expect(failure).toMatchObject({ code: "SERVICE_NOT_READY", exitCode: 1, lastLines: ["its last line"] });
    expect(failure?.message).toBe("Service cache was not ready after 0.5 s: port 6379: password rejected.");
    expect(failure?.hint).toContain("services.cache.deadline");
  });

  test("at its deadline, which names another setting where its settings are elsewhere", async () => {
    const { failure } = await ask([no("refused")], {
      readiness: { probes: [tcp], deadline: 100 },
      settings: "suites.api.app",
    });
    expect(failure?.hint).toBe("If it needs longer, set suites.api.app.deadline in seatrial.yaml.");
  });

  test.each([
    ["HTTP 404 Not Found", "ready"],
    ["HTTP 401 Unauthorized", "ready"],
    ["HTTP 503 Service Unavailable", "deadline"],
  ])("at its deadline after %s, and names %s as what to set", async (saw, setting) => {
    const http: ProbeSpec = { kind: "http", port: 80, path: "/", scheme: "http" };
    const { failure } = await ask([no(saw)], { readiness: { probes: [http], deadline: 100 } });
    expect(failure?.hint).toContain(`set services.cache.${setting} `);
  });

  test("although it answers, when every answer comes from another instance", async () => {
    let restarts = 0;
    const answers = Array.from({ length: 200 }, () => {
      restarts += 1;
      return yes(`start ${restarts}`);
    });
    const { failure } = await ask(answers, {
      confirmations: 2,
      readiness: { probes: [tcp], deadline: 450 },
    });
    expect(failure?.message).toContain("it answers, but has restarted since it did before");
  });

  test("at its deadline, also when an attempt hangs", async () => {
    await using agent = connectedAgent({ probe: () => new Promise<never>(() => undefined) });
    const { failure } = await ask([], { agent, readiness: { probes: [tcp], deadline: 40 } });
    expect(failure?.message).toContain("port 6379: no answer");
  });

  test("when the run stops: the wait ends with that reason", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    const { failure } = await ask([no("refused")], {
      signal: stop.signal,
      onNote: () => stop.abort(reason),
    });
    expect(failure).toBe(reason);
  });
});

test("a probe is described in a few words", () => {
  expect(describeProbe({ kind: "postgres", port: 5432, user: "u", database: "d", password: "s3cret" })).toBe(
    "postgres on port 5432",
  );
  expect(describeProbe({ kind: "http", port: 80, path: "/live", scheme: "http" })).toBe(
    "http /live on port 80",
  );
  const long = describeProbe({ kind: "command", argv: ["sh", "-c", "x".repeat(500)], timeout: 1 });
  expect(long.length).toBeLessThan(120);
});
