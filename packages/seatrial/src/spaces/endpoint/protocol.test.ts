import { describe, expect, it } from "vitest";
import { SPACE_KINDS, type SpaceState } from "../../model/index.ts";
import { ToolError } from "../../support/error.ts";
import { ask, askOpen, dial } from "../testing/dial.ts";
import { planOf, testEndpoint } from "../testing/endpoint.ts";
import { fakeBroker } from "../testing/fake-broker.ts";
import { mismatches, type Schema } from "../testing/json-schema.ts";
import { type Exchange, protocolFiles, readProtocol, readSchema } from "../testing/protocol.ts";
import type { BrokerErrorMessage } from "./failure.ts";
import { readKeep, readRelease, readRenew, readSpaceRequest } from "./messages.ts";

const NOW = Date.parse("2026-03-01T12:00:00.000Z");
const check = (schema: string, value: unknown) =>
  mismatches({ schema: readSchema(schema), value, find: readSchema });

describe("golden messages", () => {
  for (const file of protocolFiles("golden/broker/")) {
    const [schema = ""] = file.split(".");
    it(`${file} fits its schema`, () => {
      expect(check(schema, readProtocol(`golden/broker/${file}`))).toEqual([]);
    });
  }

  it("are there for every schema", () => {
    const shown = new Set(protocolFiles("golden/broker/").map((file) => file.split(".")[0]));
    expect(protocolFiles("schema/broker/").filter((file) => !shown.has(file.replace(".json", "")))).toEqual(
      [],
    );
  });

  const readers: Record<string, (value: unknown) => unknown> = {
    "space-request": readSpaceRequest,
    "space-release": readRelease,
    "space-renew": (value) => ({ ttl: readRenew(value) }),
    "space-keep": (value) => ({ time: readKeep(value) }),
  };
  for (const [schema, read] of Object.entries(readers))
    for (const file of protocolFiles("golden/broker/").filter((each) => each.startsWith(`${schema}.`)))
      it(`${file} is read as it is, with further fields too, and without what it needs not at all`, async () => {
        const message = readProtocol<Record<string, unknown>>(`golden/broker/${file}`);
        expect(read({ ...message, later: 1 })).toEqual(message);
        const { required = [] } = readSchema(schema);
        for (const name of required) {
          const { [name]: _, ...rest } = message;
          await expect(() => read(rest)).toThrowWithCode("SPACE_REQUEST_INVALID");
        }
      });
});

describe("schemas", () => {
  it("know the kinds, states and limits of the source", () => {
    const { properties: space = {} } = readSchema("space");
    const { properties: summary = {} } = readSchema("space-summary");
    const states: Record<SpaceState, true> = {
      ...{ creating: true, ready: true, leased: true, kept: true },
      ...{ draining: true, dropping: true, gone: true, quarantined: true },
    };
    expect(space["kind"]?.enum).toEqual([...SPACE_KINDS]);
    expect(summary["kind"]?.enum).toEqual([...SPACE_KINDS]);
    expect(summary["state"]?.enum).toEqual(Object.keys(states));
  });

  it("refuse exactly what the endpoint refuses", async () => {
    const { properties = {} } = readSchema("space-request");
    const wrong = Object.entries(properties).flatMap(([name, schema]) =>
      wrongValues(schema).map((value) => ({ space: "postgres", test: "T", [name]: value })),
    );
    expect(wrong.length).toBeGreaterThan(20);
    for (const message of wrong) {
      expect(check("space-request", message), JSON.stringify(message)).not.toEqual([]);
      await expect(() => readSpaceRequest(message)).toThrowWithCode("SPACE_REQUEST_INVALID");
    }
  });
});

/** Values that a field's schema does not allow. */
function wrongValues(schema: Schema): unknown[] {
  const other = schema.type === "string" ? [1, true, {}, []] : ["two", true, 1.5];
  const short = (schema.minLength ?? 0) > 0 ? [""] : [];
  const long = schema.maxLength === undefined ? [] : ["x".repeat(schema.maxLength + 1)];
  const low = schema.minimum === undefined ? [] : [schema.minimum - 1];
  const high = schema.maximum === undefined ? [] : [schema.maximum + 1];
  const many = schema.maxItems === undefined ? [] : [Array.from({ length: schema.maxItems + 1 }, () => "x")];
  return [...other, ...short, ...long, ...low, ...high, ...many];
}

describe("golden exchanges", () => {
  /** Each begins with the leases that its answer speaks of. */
  const before: Record<string, number> = {
    "acquire-files": 1,
    ...{ "release-passed": 1, "release-failed": 1, renew: 1, keep: 1, drop: 1, get: 1 },
    ...{ list: 1, "list-filtered": 1, stats: 1 },
  };
  /** What the broker behind the endpoint fails with. */
  const failing = ["template-failed", "not-made", "server-lost", "wait-over", "closed"];

  for (const file of protocolFiles("golden/broker/exchanges/")) {
    const name = file.replace(".json", "");
    const { note, request, answer } = readProtocol<Exchange>(`golden/broker/exchanges/${file}`);
    it(`${name} (${note}) is what a real endpoint answers`, async () => {
      const broker = fakeBroker({ prefix: "st_9f3c01ab_", password: "kF3vZ0m9yQ2sT7bX", now: () => NOW });
      const run = "20260301-120000-7f3a";
      for (let at = 0; at < (before[name] ?? 0); at += 1) {
        const holder = { run, suite: "integration", test: "TestCreateOrder", attempt: 1 };
        await broker.acquire({ space: "postgres", holder }, new AbortController().signal);
      }
      // Another suite's, of which this one is told nothing.
      const other = { run, suite: "unit", test: "TestTotal", attempt: 1 };
      if (name === "stats" || name === "list")
        await broker.acquire({ space: "postgres", holder: other }, new AbortController().signal);
      if (failing.includes(name.replace("error-", ""))) broker.failures.push(failureOf(answer.body));
      const { endpoint } = testEndpoint({
        broker,
        token: "golden-token",
        caller: { run, suite: "integration" },
        now: () => NOW,
        plans: [planOf("postgres", templatesFor(name))],
        files: {
          place: async (id, files) =>
            Object.fromEntries(
              files.map((each) => [each.name, `/tmp/seatrial-spaces/space-${id}/${each.name}`]),
            ),
          remove: async () => undefined,
        },
      });
      const { schema, ...sent } = request;
      if (schema !== undefined) expect(check(schema, request.body)).toEqual([]);
      expect(check(answer.schema, answer.body)).toEqual([]);
      if (name === "session") {
        const { response } = await askOpen(dial(endpoint), sent);
        const line = await new Promise<string>((resolve) =>
          response.once("data", (data) => resolve(String(data))),
        );
        expect(line).toBe(`${JSON.stringify(answer.body)}\n`);
      } else {
        const { status, body } = await ask(dial(endpoint), sent);
        expect({ status, body }).toEqual({ status: answer.status, body: answer.body });
      }
      await endpoint.close();
    });
  }

  function failureOf(body: unknown): Error {
    const { code, message, hint, log } = body as BrokerErrorMessage;
    return new ToolError({ code, message, hint, lastLines: log });
  }

  function templatesFor(name: string) {
    const template = (text: string) => [{ name: "app.yaml", path: "config.d/app.yaml.tmpl", text }];
    if (name === "acquire-files") return template("database:\n  host: {{host}}\n  name: {{ name }}\n");
    return name === "error-template-invalid" ? template("database:\n  host: {{hots}}\n") : [];
  }
});

describe("the OpenAPI document", () => {
  interface Operation {
    operationId: string;
    parameters?: { name: string; in: string }[];
    requestBody?: { content: Record<string, { schema: Schema }> };
    responses: Record<string, { $ref?: string; content?: Record<string, { schema: Schema }> }>;
  }
  type PathItem = Record<string, Operation | { name: string; in: string }[]>;
  const api = readProtocol<{
    openapi: string;
    paths: Record<string, PathItem>;
    components: { responses: Record<string, { content: Record<string, { schema: Schema }> }> };
  }>("broker.openapi.json");
  const operations = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => method !== "parameters")
      .map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        operation: operation as Operation,
      })),
  );
  const schemaOf = (content: Record<string, { schema: Schema }> | undefined) =>
    content?.["application/json"]?.schema.$ref?.replace(/^schema\/broker\/(.*)\.json$/, "$1");
  const responseSchema = ({ $ref, content }: Operation["responses"][string]) =>
    schemaOf($ref === undefined ? content : api.components.responses[$ref.split("/").at(-1) ?? ""]?.content);

  it("is of version 3.1, with an id for each request, and a parameter for each name in a path", () => {
    expect(api.openapi).toMatch(/^3\.1\.\d+$/);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [path, { parameters = [] }] of Object.entries(api.paths))
      expect((parameters as { name: string }[]).map(({ name }) => name)).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      );
  });

  it("refers to schemas that exist, and to all of them", () => {
    const used = operations.flatMap(({ operation }) => [
      schemaOf(operation.requestBody?.content),
      ...Object.values(operation.responses).map(responseSchema),
    ]);
    const known = protocolFiles("schema/broker/").map((file) => file.replace(".json", ""));
    expect([...new Set(used.filter((name) => name !== undefined))].sort()).toEqual(known.sort());
  });

  it("has every request of broker.md, and each golden exchange as it is", () => {
    for (const file of protocolFiles("golden/broker/exchanges/")) {
      const { request, answer } = readProtocol<Exchange>(`golden/broker/exchanges/${file}`);
      if (file === "error-no-such-request.json") continue;
      const path = request.path.replace(/\?.*/, "").replace(/\/lease-\d+/, "/{id}");
      const found = operations.find((each) => each.path === path && each.method === request.method);
      const response = found?.operation.responses[answer.status];
      expect(response, `${file}: ${answer.status} of ${request.method} ${path}`).toBeDefined();
      if (response !== undefined) expect(responseSchema(response)).toBe(answer.schema);
      if (request.schema !== undefined)
        expect(schemaOf(found?.operation.requestBody?.content)).toBe(request.schema);
    }
    expect(operations).toHaveLength(9);
  });

  it("says of every request that it may be refused, and that the broker may be closed or fail", () => {
    for (const { operation } of operations)
      for (const status of ["401", "500", "503"])
        expect(operation.responses[status], `${status} of ${operation.operationId}`).toBeDefined();
  });

  it("says of every request with a body that this may be too large or too slow, and how each query is asked", () => {
    const bodies = operations.filter(({ operation }) => operation.requestBody !== undefined);
    expect(bodies.map(({ operation }) => operation.operationId)).toHaveLength(4);
    for (const { operation } of bodies)
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["408", "413"]));
    const queries = operations.flatMap(({ path, operation: { parameters = [] } }) =>
      parameters.filter((each) => each.in === "query").map(({ name }) => `${path} ${name}`),
    );
    expect(queries).toEqual([
      ...["test", "suite", "state", "space"].map((name) => `/v1/spaces ${name}`),
      ...["run", "suite"].map((name) => `/v1/stats ${name}`),
    ]);
  });
});
