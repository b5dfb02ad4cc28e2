import { describe, expect, it } from "vitest";
import { composeError } from "../compose/errors.ts";
import { planWith, suiteWith, targetWith } from "../run/testing/plan.ts";
import { servicePlan } from "../services/testing/world.ts";
import { spacePlan } from "../spaces/testing/plan.ts";
import { printPlan } from "./print-plan.ts";
import type { Session } from "./session.ts";
import { at } from "./testing/at.ts";

const SECRET = "s3cret-pa$$word";
const plan = planWith({
  targets: [targetWith("release"), targetWith("test")],
  services: [
    servicePlan({
      dependsOn: [{ service: "cache", condition: "healthy", required: true }],
      env: { PASSWORD: SECRET, TOKEN: Buffer.from(SECRET).toString("base64") },
    }),
  ],
  suites: [suiteWith({ needs: ["db"], shards: 2, env: { URL: `db://u:${encodeURIComponent(SECRET)}@db` } })],
  spaces: [
    spacePlan({
      template: {
        from: "app",
        steps: [
          { kind: "files", files: ["/p/1.sql"] },
          { kind: "command", target: "test", argv: ["migrate", "up"], env: {}, variable: "URL" },
          { kind: "service", service: "seed", variable: "URL" },
        ],
      },
    }),
    spacePlan({ name: "other" }),
  ],
  changes: [{ service: "db", key: "ports", becomes: "nothing", why: `not ${SECRET}` }],
  warnings: ["FOO is not set"],
});

async function printed(flags: { json?: boolean }): Promise<string> {
  await using here = await at({});
  const session = { surroundings: here.surroundings, secrets: [SECRET] } as unknown as Session;
  printPlan({ plan, flags, session });
  return here.stdout();
}

describe("a plan", () => {
  it("that cannot be built without a secret is not printed", async () => {
    await using here = await at({});
    const error = composeError({ code: "COMPOSE_INVALID", message: "TOKEN is not set" });
    const session = { surroundings: here.surroundings, secrets: [] } as unknown as Session;
    const print = (targets: string[]) =>
      printPlan({ plan, flags: {}, session: { ...session, missing: { targets, errors: [error] } } });
    await expect(() => print(["release"])).toThrowWithCode("COMPOSE_INVALID");
    expect(here.stdout()).toBe("");
    print(["other"]);
    expect(here.stdout()).toContain("build    release");
  });

  it("is printed for people: what is built, started, run, changed and likely not meant", async () => {
    expect(await printed({})).toBe(
      `project shop in /project

build    release  (ships)
build    test
service  db             db:1, after cache
suite    unit           command in tests:1, 2 shards, limit 20 s, needs db
space    db             postgres, a database of db, begins with a copy of app, then 1 file, then migrate up (test), then service seed, 16 at most
space    other          postgres, a database of db, 16 at most
network  one of 10.213.0.0/24, /26

! FOO is not set

different from the Compose file in a run:
  db: ports → nothing (not [redacted])
`,
    );
  });

  it("is printed as JSON, whole", async () => {
    expect(JSON.parse(await printed({ json: true }))).toMatchObject({
      project: "shop",
      targets: [{ key: "release" }, { key: "test" }],
      services: [{ spec: { name: "db", env: { PASSWORD: "[redacted]" } } }],
    });
  });

  it("never shows a secret, in whatever form", async () => {
    for (const flags of [{}, { json: true }]) {
      const text = await printed(flags);
      for (const form of [SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString("base64")]) {
        expect(text).not.toContain(form);
      }
    }
  });
});
