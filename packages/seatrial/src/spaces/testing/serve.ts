import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { SpacePlan } from "../../model/index.ts";
import { openHostFilePlace } from "../config-files/host-place.ts";
import { createBroker } from "../create-broker.ts";
import { openEndpoint } from "../endpoint/endpoint.ts";
import { spaceError } from "../errors.ts";
import { createMemoryKind, memoryServer } from "../memory/index.ts";
import { memoryJournal } from "./broker.ts";
import { nameReach } from "./endpoint.ts";
import { spacePlan } from "./plan.ts";

/**
 * The definitions that tests of clients in other languages find: two to use, one with room for a single space, one whose template
 * cannot be built.
 */
const PLANS: SpacePlan[] = [
  spacePlan({
    ...{ name: "postgres", service: "postgres", limit: 256 },
    files: [
      { name: "app.yaml", path: "config.d/app.yaml.tmpl", text: "url: {{url}}\nname: {{ name }}\n" },
      { name: "more/empty.ini", path: "config.d/more/empty.ini.tmpl", text: "" },
    ],
  }),
  spacePlan({
    ...{ name: "orders", service: "postgres" },
    files: [{ name: "both.ini", path: "config.d/both.ini.tmpl", text: "{{spaces.postgres.url}}\n{{url}}\n" }],
  }),
  spacePlan({ name: "single", service: "postgres", limit: 1 }),
  spacePlan({
    ...{ name: "broken", service: "postgres" },
    template: { steps: [{ kind: "service", service: "migrate", variable: "DATABASE_URL" }] },
  }),
];

/**
 * A whole broker over a server in memory, behind a real endpoint at 127.0.0.1, for the tests of clients. Rendered files are below
 * `folder`.
 */
export async function serveTestBroker(options: {
  folder: string;
}): Promise<{ url: string; token: string } & AsyncDisposable> {
  const memory = createMemoryKind();
  const broker = createBroker({
    plans: PLANS,
    server: async (service) => memoryServer(service),
    kind: async () => memory.driver,
    async runStep() {
      throw spaceError({
        code: "TEMPLATE_FAILED",
        message: "The template of broken could not be built: migrate ended with 1",
        lastLines: ["relation customers does not exist"],
      });
    },
    journal: memoryJournal(),
    signal: new AbortController().signal,
  });
  const files = openHostFilePlace(options);
  const endpoint = openEndpoint({
    broker,
    caller: { run: "run-1", suite: "integration" },
    plans: PLANS,
    kind: async () => memory.driver,
    reach: nameReach,
    files,
  });
  const server = createServer((connection) => endpoint.accept(connection)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: endpoint.token,
    async [Symbol.asyncDispose]() {
      await endpoint.close();
      server.close();
      await once(server, "close");
      await broker[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}
