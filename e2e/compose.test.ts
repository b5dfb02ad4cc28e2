// What of a Compose file counts, by plans: nothing is started.
import { describe, expect, it } from "vitest";
import { complaintsOf, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const CONFIG = `suites:
  unit: { command: "true" }
  db: { command: "true", needs: [db] }
  api: { command: "true", needs: [api] }
`;
const COMPOSE = `services:
  db: { image: "postgres:\${TAG:-17}" }
  api: { image: "api:1", profiles: [api], depends_on: [db] }
  worker: { image: "worker:1", profiles: [prod], env_file: absent.env }
`;

/** The names and images of a plan's services, or the code of what went wrong. */
async function planned(here: TestProject, args: string[], env: Record<string, string> = {}) {
  const ended = await seatrial([...args, "--dry-run", "--json"], { cwd: here.folder, env });
  if (ended.code !== 0) return complaintsOf(ended);
  const { services } = JSON.parse(ended.stdout) as {
    services: { spec: { name: string; image: { reference: string } } }[];
  };
  return services.map(({ spec }) => `${spec.name} ${spec.image.reference}`);
}

const shop = (files: Record<string, string> = {}) =>
  project({ Dockerfile: "FROM debian:13\n", "seatrial.yaml": CONFIG, "compose.yaml": COMPOSE, ...files });

describe("a Compose file", () => {
  it("takes values from the files of env_file in place of .env", async () => {
    const config = `env_file: ci.env\n${CONFIG}`;
    await using here = await shop({ "seatrial.yaml": config, "ci.env": "TAG=16\n", ".env": "TAG=15\n" });
    expect(await planned(here, ["test", "db"])).toEqual(["db postgres:16"]);
    await here.write("ci.env", "TAG=14\n");
    expect(await planned(here, ["test", "db"])).toEqual(["db postgres:14"]);
  });

  it("is read with the profiles that are active and those of needed services, so that others cannot break it", async () => {
    await using here = await shop();
    expect(await planned(here, ["run"])).toEqual(["db postgres:17", "api api:1"]);
    expect(await planned(here, ["test", "db"])).toEqual(["db postgres:17"]);
    await here.write("absent.env", "");
    expect(await planned(here, ["test", "db"], { COMPOSE_PROFILES: "prod" })).toEqual(["db postgres:17"]);
  });

  it("does not matter to what needs none of its services", async () => {
    const compose = `${COMPOSE}  prod: { image: "prod:\${PROD_TAG:?}" }\n`;
    await using here = await shop({ "compose.yaml": compose });
    expect(await planned(here, ["test", "unit"])).toEqual([]);
    expect(await planned(here, ["test", "db"])).toContainEqual(expect.stringContaining("PROD_TAG"));
    await here.write("seatrial.yaml", 'suites: { unit: { command: "true" } }');
    expect(await planned(here, ["build"])).toEqual([]);
  });
});
