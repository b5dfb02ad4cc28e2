import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadProject } from "./load.ts";
import { failureOf, makeFolder, sentencesOf } from "./testing/folder.ts";

const PROJECT = {
  Dockerfile: "FROM a AS release\nFROM a AS test\nFROM a AS tools\n",
  "compose.yaml":
    "services:\n  postgres: { image: postgres }\n  redis: { image: redis }\n  migrate: { image: m }\n",
  "db/1.sql": "SELECT 1",
  "db/2.sql": "SELECT 2",
  "config.d/app.ini.tmpl": "url = {{url}}",
  "config.d/sub/more.tmpl": "host = {{host}}",
};
const START = "image: { release: release, test: test }\n";

async function spacesOf(config: string, files: Record<string, string | Uint8Array> = {}) {
  await using folder = await makeFolder({ ...PROJECT, "seatrial.yaml": `${START}${config}`, ...files });
  const { config: loaded, secretValues } = await loadProject({ environment: folder.environment() });
  return { spaces: loaded.spaces, secretValues, path: folder.path };
}

async function failureWith(config: string, files: Record<string, string | Uint8Array> = {}) {
  await using folder = await makeFolder({ ...PROJECT, "seatrial.yaml": `${START}${config}`, ...files });
  return await failureOf(loadProject({ environment: folder.environment() }));
}

describe("definitions of spaces", () => {
  it("have defaults for everything", async () => {
    const { spaces } = await spacesOf("spaces: { postgres: {} }\n");
    expect(spaces["postgres"]).toEqual({
      service: "postgres",
      template: { steps: [] },
      reuse: "auto",
      limit: 64,
      ttl: 600_000,
      keep: { count: 10, time: 1_800_000, bytes: 1_000_000_000 },
      files: [],
    });
  });

  it("have the files and stages of their migrations found, in order", async () => {
    const { spaces, path, secretValues } = await spacesOf(
      `redact: [PIN]
spaces:
  orders:
    service: postgres
    from: app
    migrations:
      - db/*.sql
      - { command: migrate up, image: tools, variable: DB, env: { LEVEL: 3, PIN: 's3cret-pin' } }
      - { service: migrate }
      - db/1.sql
      - command: [seed]
`,
    );
    expect(spaces["orders"]?.template).toEqual({
      from: "app",
      steps: [
        { kind: "files", files: [join(path, "db/1.sql"), join(path, "db/2.sql")] },
        {
          kind: "command",
          target: "tools",
          argv: ["migrate", "up"],
          env: { LEVEL: "3", PIN: "s3cret-pin" },
          variable: "DB",
        },
        { kind: "service", service: "migrate", variable: "DATABASE_URL" },
        { kind: "files", files: [join(path, "db/1.sql")] },
        { kind: "command", target: "test", argv: ["seed"], env: {}, variable: "DATABASE_URL" },
      ],
    });
    expect(secretValues).toContain("s3cret-pin");
  });

  it("read configuration templates under the names of what is rendered", async () => {
    const { spaces } = await spacesOf("spaces: { postgres: { files: 'config.d/**/*.tmpl' } }\n");
    expect(spaces["postgres"]?.files).toEqual([
      { name: "app.ini", path: "config.d/app.ini.tmpl", text: "url = {{url}}" },
      { name: "sub/more", path: "config.d/sub/more.tmpl", text: "host = {{host}}" },
    ]);
  });
});

describe("mistakes in definitions of spaces", () => {
  it("are told with their places: files, services, stages that are not there", async () => {
    const files = await failureWith(
      "spaces:\n  postgres:\n    migrations: [db/*.sql, nothing/*.sql, db]\n    files: none.tmpl\n",
    );
    expect(files.code).toBe("CONFIG_INVALID");
    expect(sentencesOf(files)).toEqual([
      'seatrial.yaml:4:28: no file matches "nothing/*.sql"',
      'seatrial.yaml:4:43: "db" is a folder; say which of its files, such as "db/*"',
      'seatrial.yaml:5:5: no file matches "none.tmpl"',
    ]);
    const services = await failureWith(
      "spaces:\n  postgre: {}\n  x: { service: reddis }\n  redis: { migrations: { service: migrat } }\nsuites:\n  u: { command: x, spaces: { A: postgers, B: x.url, C: redis } }\n",
    );
    expect(sentencesOf(services)).toEqual([
      'seatrial.yaml:3:12: no service "postgre" in compose.yaml; did you mean "postgres"?',
      'seatrial.yaml:4:17: no service "reddis" in compose.yaml; did you mean "redis"?',
      'seatrial.yaml:5:12: no service "migrat" in compose.yaml; did you mean "migrate"?',
      'seatrial.yaml:7:33: no service "postgers" in compose.yaml; did you mean "postgres"?',
    ]);
    const stage = await failureWith("spaces:\n  redis:\n    migrations: [{ command: x, image: tool }]\n");
    expect(stage.code).toBe("CONFIG_TARGET_UNKNOWN");
    expect(sentencesOf(stage)).toEqual([
      'seatrial.yaml:4:39: no stage "tool" in Dockerfile; did you mean "tools"?',
    ]);
  });

  it("are two templates that would be one file, and one that is no text", async () => {
    const twice = await failureWith("spaces: { redis: { files: ['a/*.tmpl', 'b/*.tmpl'] } }\n", {
      "a/x.tmpl": "",
      "b/x.tmpl": "",
    });
    expect(sentencesOf(twice)[0]).toContain('two templates would be rendered as "x": a/x.tmpl and b/x.tmpl');
    const binary = await failureWith("spaces: { redis: { files: x.tmpl } }\n", {
      "x.tmpl": new Uint8Array([0xff, 0xff]),
    });
    expect(binary.code).toBe("SPACE_FILE_UNREADABLE");
  });
});
