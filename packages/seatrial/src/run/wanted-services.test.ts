import { describe, expect, it } from "vitest";
import { loadProject } from "../config/index.ts";
import { makeFolder } from "../config/testing/folder.ts";
import { askedServices, type Wants } from "./wanted-services.ts";

const SEATRIAL = "suites: { unit: { command: x }, api: { command: x, needs: [db] } }\n";

interface Asked extends Pick<Wants, "checks"> {
  only?: string[];
  suites?: boolean;
  given?: string[];
}

async function asked(compose: string, options: Asked, own = SEATRIAL) {
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

  const including = `include: [more.yaml]\n${plain}`;
  const alone = { only: ["unit"] };

  it.each([
    ["gives secrets to builds", secret, {}],
    ["may do so in a file that it includes, and the image is checked for them", including, { checks: true }],
  ])("is asked for all that the project names where its file %s", async (_, compose, checks) => {
    for (const options of [{}, alone, { suites: false }])
      expect(await asked(compose, { ...options, ...checks })).toEqual(["db"]);
    const none = "suites: { unit: { command: x } }\n";
    expect(await asked(compose, { ...checks, suites: false }, none)).toEqual([]);
  });

  it("is asked for what is active alone where an included file may give secrets to a build", async () => {
    expect(await asked(including, {})).toEqual(["db"]);
    expect(await asked(including, alone)).toEqual([]);
    expect(await asked(including, { suites: false })).toEqual([]);
    const unchecked = `${SEATRIAL}check: { secrets: false }\n`;
    expect(await asked(including, { ...alone, checks: true }, unchecked)).toEqual([]);
  });

  it.each([secret, including])(
    "is not asked where images are given and not checked for secrets",
    async (compose) => {
      const given = ["image"];
      expect(await asked(compose, { ...alone, given })).toBeUndefined();
      expect(await asked(compose, { given })).toEqual(["db"]);
      expect(await asked(compose, { ...alone, given, checks: true })).toEqual(["db"]);
    },
  );
});
