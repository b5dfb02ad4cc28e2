import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { fakeServer } from "../testing/fake-server.ts";
import { openManagement } from "./management.ts";

const signal = new AbortController().signal;

/** Answers by path; who is asked for says who may. */
function api(answers: Record<string, { status: number; body: unknown }>): RequestListener {
  return (request, response) => {
    const found = answers[`${request.method} ${request.url}`] ?? { status: 404, body: {} };
    response.writeHead(found.status).end(JSON.stringify(found.body));
  };
}

const ADMIN = { "GET /api/whoami": { status: 200, body: { name: "guest", tags: ["administrator"] } } };

function opened(server: ReturnType<typeof fakeServer>, notes: string[] = []) {
  return openManagement({ server, onNote: (note) => void notes.push(note), signal });
}

describe("the management API", () => {
  test("is asked as the administrator that the settings tell, guest without them", async () => {
    const seen: string[] = [];
    const listener: RequestListener = (request, response) => {
      seen.push(Buffer.from(request.headers.authorization?.slice(6) ?? "", "base64").toString());
      response.end(JSON.stringify(ADMIN["GET /api/whoami"].body));
    };
    const ports = { 15672: listener };
    const environments = [
      {},
      { RABBITMQ_DEFAULT_USER: "shop", RABBITMQ_DEFAULT_PASS: "s3cret" },
      { RABBITMQ_USERNAME: "user", RABBITMQ_PASSWORD: "bitnami" },
    ];
    for (const env of environments) (await opened(fakeServer({ ports, env })))[Symbol.dispose]();
    const admin = { user: "root", password: "x" };
    (await opened(fakeServer({ ports, admin })))[Symbol.dispose]();
    expect([...new Set(seen)]).toEqual(["guest:guest", "shop:s3cret", "user:bitnami", "root:x"]);
  });

  test("is enabled in a server without it, and that is said", async () => {
    const notes: string[] = [];
    const commands: string[] = [];
    const server = fakeServer({
      onRun(argv) {
        commands.push(argv.join(" "));
        server.ports[15672] = api(ADMIN);
        return { code: 0, output: "" };
      },
    });
    using _management = await opened(server, notes);
    expect(commands).toEqual(["rabbitmq-plugins enable rabbitmq_management"]);
    expect(notes).toHaveLength(1);
  });

  test("that cannot be enabled is an error with what the command said", async () => {
    const server = fakeServer({ onRun: () => ({ code: 64, output: "one\ntwo\nno such plugin\n" }) });
    await expect(opened(server)).rejects.toMatchObject({
      code: "SPACE_NOT_MADE",
      message: expect.stringMatching(/fake: its management plugin is off, and .* ended with 64/),
      lastLines: ["one", "two", "no such plugin"],
    });
  });

  test("that lets the administrator not in, or not do enough, is an error that says who that was", async () => {
    const shut = fakeServer({ ports: { 15672: api({ "GET /api/whoami": { status: 401, body: {} } }) } });
    await expect(opened(shut)).rejects.toThrow(/fake: RabbitMQ does not let guest in/);
    for (const tags of ["monitoring,management", ["monitoring"], undefined]) {
      const weak = fakeServer({
        ports: { 15672: api({ "GET /api/whoami": { status: 200, body: { tags } } }) },
      });
      await expect(opened(weak)).rejects.toThrow(/guest may not make vhosts/);
    }
  });

  test("passes the server's reason on, and takes what is missing for removed", async () => {
    const answers = {
      ...ADMIN,
      "PUT /api/vhosts/a": {
        status: 400,
        body: { error: "bad_request", reason: "vhost limit of 3 is reached" },
      },
      "DELETE /api/vhosts/a": { status: 404, body: { error: "Object Not Found" } },
    };
    using management = await opened(fakeServer({ ports: { 15672: api(answers) } }));
    await expect(management.put("/api/vhosts/a", {}, signal)).rejects.toThrow(
      "fake: RabbitMQ answered PUT /api/vhosts/a with 400: vhost limit of 3 is reached",
    );
    await expect(management.put("/api/vhosts/a", {}, signal)).toThrowWithCode("SPACE_NOT_MADE");
    await management.remove("/api/vhosts/a", signal);
    expect(await management.get("/api/vhosts/a", signal)).toBeUndefined();
  });
});
