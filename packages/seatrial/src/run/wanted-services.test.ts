import { describe, expect, it } from "vitest";
import { loadProject } from "../config/index.ts";
import { makeFolder } from "../config/testing/folder.ts";
import { askedServices } from "./wanted-services.ts";

const SEATRIAL = "suites: { unit: { command: x }, api: { command: x, needs: [db] } }\n";

async function asked(compose: string, options: { only?: string[]; suites?: boolean }, own = SEATRIAL) {
  await using folder = await makeFolder({
    Dockerfile: "FROM a\n",
    "compose.yaml": compose,
    "seatrial.yaml": own,
  });
  const project = await loadProject({ environment: folder.environment() });
  return askedServices({ project, only: [], ...options });
}

describe("Compose", () => {
  const plain = "services: { db: { image: a }, app: { build: . } }\n";
  const secret =
    "services: { db: { image: a }, app: { build: { context: ., secrets: [a] } } }\nsecrets: { a: { environment: A } }\n";

  it("is asked where services are named", async () => {
    expect(await asked(plain, {})).toEqual(["db"]);
    expect(await asked(plain, { only: ["unit"] })).toBeUndefined();
    expect(await asked(plain, { suites: false })).toBeUndefined();
  });

  it.each([
    ["gives secrets to builds", secret],
    ["may do so in a file that it includes", `include: [more.yaml]\n${plain}`],
  ])("is asked for all that the project names where its file %s", async (_, compose) => {
    for (const options of [{}, { only: ["unit"] }, { suites: false }])
      expect(await asked(compose, options)).toEqual(["db"]);
    expect(await asked(compose, { suites: false }, "suites: { unit: { command: x } }\n")).toEqual([]);
  });
});
