import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { planServices } from "./plan.ts";
import { folderWith } from "./testing/folder.ts";
import { planOne, resolved } from "./testing/model.ts";

test("configs come from content, a file or a variable, and are readable by all", async () => {
  const folder = await folderWith({ "a.conf": "x" });
  const configs = {
    inline: { content: "port = 1" },
    file: { file: path.join(folder, "a.conf") },
    variable: { environment: "SETTINGS" },
  };
  const { db, secretValues } = await planOne(
    {
      configs: [
        { source: "inline", target: "/etc/app.ini", mode: "0440", uid: "103", gid: "104" },
        { source: "file" },
        "variable",
      ],
    },
    { model: { configs }, environment: { SETTINGS: "s" } },
  );
  expect(db.spec.files).toEqual([
    { from: { kind: "path", path: path.join(folder, "a.conf") }, target: "/file", mode: 0o444 },
    { from: { kind: "content", content: "s", secret: false }, target: "/variable", mode: 0o444 },
    {
      from: { kind: "content", content: "port = 1", secret: false },
      target: "/etc/app.ini",
      mode: 0o440,
      uid: 103,
      gid: 104,
    },
  ]);
  expect(secretValues).toEqual([]);
});

test("secrets are placed in /run/secrets by name or target, and their values are known as secret", async () => {
  const folder = await folderWith({ token: "t0psecret\n" });
  const { db, secretValues } = await planOne(
    {
      secrets: [
        { source: "token" },
        { source: "password", target: "db_password", mode: 256 },
        { source: "password", target: "/etc/app/password" },
      ],
    },
    {
      model: { secrets: { token: { file: path.join(folder, "token") }, password: { environment: "DB_PW" } } },
      environment: { DB_PW: "hunter22" },
    },
  );
  expect(db.spec.files).toEqual([
    {
      from: { kind: "content", content: "t0psecret\n", secret: true },
      target: "/run/secrets/token",
      mode: 0o444,
    },
    {
      from: { kind: "content", content: "hunter22", secret: true },
      target: "/run/secrets/db_password",
      mode: 0o400,
    },
    {
      from: { kind: "content", content: "hunter22", secret: true },
      target: "/etc/app/password",
      mode: 0o444,
    },
  ]);
  expect(secretValues).toEqual(["t0psecret", "hunter22"]);
});

test("a secret that is no text travels as a file", async () => {
  const folder = await folderWith({});
  await writeFile(path.join(folder, "key.bin"), Buffer.from([0, 0xff, 0xfe]));
  const { db } = await planOne(
    { secrets: [{ source: "key" }] },
    { model: { secrets: { key: { file: path.join(folder, "key.bin") } } } },
  );
  expect(db.spec.files).toMatchObject([{ from: { kind: "path", secret: true } }]);
});

test("a value that only .env has counts too, and the environment wins", async () => {
  const model = {
    services: { db: { image: "x", secrets: [{ source: "s" }] } },
    secrets: { s: { environment: "A" } },
  };
  const compose = resolved(model, { dotenv: { A: "from-dotenv" } });
  const plan = (environment: Record<string, string>) =>
    planServices({ compose, wanted: ["db"], environment });
  expect((await plan({})).secretValues).toEqual(["from-dotenv"]);
  expect((await plan({ A: "from-outside" })).secretValues).toEqual(["from-outside"]);
});

test("an unset variable is an error that names it", async () => {
  const planned = planOne(
    { secrets: [{ source: "s" }] },
    { model: { secrets: { s: { environment: "NOPE" } } } },
  );
  await expect(planned).toThrowWithCode("COMPOSE_INVALID");
  await expect(planned).rejects.toMatchObject({ message: expect.stringContaining("NOPE") });
});

test("a missing file is an error that names it", async () => {
  const secrets = { s: { file: "/nowhere/token" } };
  const planned = planOne({ secrets: [{ source: "s" }] }, { model: { secrets } });
  await expect(planned).toThrowWithCode("COMPOSE_SOURCE_MISSING");
  await expect(planned).rejects.toMatchObject({ message: expect.stringContaining("/nowhere/token") });
});

test.each([{ external: true }, { driver: "vault" }])(
  "a secret from elsewhere is refused: %o",
  async (entry) => {
    const planned = planOne({ secrets: [{ source: "s" }] }, { model: { secrets: { s: entry } } });
    await expect(planned).toThrowWithCode("COMPOSE_UNSUPPORTED");
    const config = planOne({ configs: [{ source: "s" }] }, { model: { configs: { s: entry } } });
    await expect(config).toThrowWithCode("COMPOSE_UNSUPPORTED");
  },
);

test("a secret in the root file system keeps it writable, one in /run/secrets does not", async () => {
  const options = { model: { secrets: { s: { environment: "A" } } }, environment: { A: "value" } };
  const kept = await planOne({ read_only: true, secrets: [{ source: "s" }] }, options);
  expect(kept.db.spec.security.readOnlyRoot).toBe(true);
  const loose = await planOne({ read_only: true, secrets: [{ source: "s", target: "/etc/s" }] }, options);
  expect(loose.db.spec.security.readOnlyRoot).toBe(false);
});
