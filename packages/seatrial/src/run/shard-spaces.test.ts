import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { connect } from "../agent/connect.ts";
import { type FakeAgent, fakeAgent } from "../agent/testing/index.ts";
import type { SpacePlan, SuiteSpec } from "../model/index.ts";
import { servicePlan } from "../services/testing/world.ts";
import { type Broker, createBroker, type SpaceRequest, unwrittenJournal } from "../spaces/index.ts";
import { createMemoryKind, memoryServer } from "../spaces/memory/index.ts";
import { spacePlan } from "../spaces/testing/plan.ts";
import { plainImage } from "../suites/testing/shard-run.ts";
import { openShardSpaces } from "./shard-spaces.ts";
import { suiteWith } from "./testing/plan.ts";

const ANY = new AbortController().signal;

/** A container with its way to a broker of spaces in memory. */
async function makeShard(plans: SpacePlan[], suite: Partial<SuiteSpec> = {}) {
  const memory = createMemoryKind();
  const kind = async () => memory.driver;
  const asked: SpaceRequest[] = [];
  const made = createBroker({
    plans,
    server: async (service) => memoryServer(service),
    kind,
    runStep: async () => undefined,
    journal: unwrittenJournal(),
    signal: ANY,
  });
  const broker: Broker = {
    ...made,
    async acquire(request, signal) {
      asked.push(request);
      return await made.acquire(request, signal);
    },
  };
  const container = fakeAgent();
  const agent = await connect(container.stream, { label: "the container" });
  const hidden: string[] = [];
  const db = servicePlan({ name: "db" }, { server: { port: 5432 } });
  const spaces = await openShardSpaces({
    suite: suiteWith({ needs: ["db"], env: { LEVEL: "debug" }, user: "1000:1001", ...suite }),
    workload: { agent },
    image: plainImage(),
    plans,
    broker,
    kind,
    plan: { services: [db] },
    services: {
      ports: () => Promise.reject(new Error("not asked where the settings tell the port")),
    },
    context: { run: "r1", hide: (secret) => void hidden.push(secret) },
    signal: ANY,
  });
  const { env } = await spaces.grant("", ANY);
  return { spaces, container, env, hidden, asked };
}

/** What a test in the container would do with an HTTP client. */
async function ask(
  container: FakeAgent,
  env: Record<string, string>,
  [method, path]: [string, string],
  body?: object,
) {
  const { port } = new URL(env["SEATRIAL_BROKER"] ?? "");
  return await new Promise<{ status: number | undefined; body: Record<string, never> }>((resolve, reject) => {
    const asked = request(
      {
        method,
        path,
        headers: { authorization: `Bearer ${env["SEATRIAL_TOKEN"]}`, "content-type": "application/json" },
        createConnection: () => container.dial(Number(port)) as never,
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        answer.on("end", () => resolve({ status: answer.statusCode, body: JSON.parse(text) }));
      },
    );
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe("a suite's container", () => {
  it("reaches the broker at an address of its own, with its token alone", async () => {
    const { spaces, container, env, hidden } = await makeShard([spacePlan()]);
    const given = await ask(container, env, ["POST", "/v1/spaces"], { space: "db", test: "TestX" });
    expect(given).toMatchObject({ status: 201, body: { space: "db", values: { host: "db", port: "5432" } } });
    const refused = await ask(container, { ...env, SEATRIAL_TOKEN: "another" }, ["GET", "/v1/spaces"]);
    expect(refused.status).toBe(401);
    expect(hidden).toContain(env["SEATRIAL_TOKEN"]);
    await spaces[Symbol.asyncDispose]();
  });

  it("has configuration rendered into it, with where services listen and the suite's environment", async () => {
    const text = "{{url}} {{services.db.host}}:{{services.db.port}} {{env.LEVEL}}";
    const template = { name: "app.ini", path: "config.d/app.ini.tmpl", text };
    const { spaces, container, env } = await makeShard([spacePlan({ files: [template] })]);
    const { body } = await ask(container, env, ["POST", "/v1/spaces"], { space: "db", test: "TestX" });
    const [file] =
      (body as unknown as { files?: { name: string; path: string; text: string }[] }).files ?? [];
    expect(file).toMatchObject({ name: "app.ini", text: expect.stringMatching(/ db:5432 debug$/) });
    expect([...container.files.keys()]).toContain(file?.path);
    await spaces[Symbol.asyncDispose]();
  });

  it("waits for what its processes are given as long as its suite may take, five minutes at most", async () => {
    for (const [timeout, wait] of [
      [90_000, 90_000],
      [3_600_000, 300_000],
    ] as const) {
      const named = { spaces: { URL: { space: "db", part: "url" } }, timeout };
      const { spaces, asked, env } = await makeShard([spacePlan()], named);
      expect(asked).toMatchObject([{ space: "db", wait, holder: { suite: "unit", test: "" } }]);
      expect(env["URL"]).toContain("@db:5432/");
      await spaces[Symbol.asyncDispose]();
    }
  });
});
