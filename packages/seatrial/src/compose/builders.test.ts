import { expect, it } from "vitest";
import { builderVariables } from "./builders.ts";
import { resolved } from "./testing/model.ts";
import { projectTarget } from "./testing/project-target.ts";

it("the variables of builds are those of active services, and of those that are named with all that they need", async () => {
  const built = (secret: unknown) => ({ build: { context: "/project", secrets: [secret] } });
  const compose = resolved({
    services: {
      app: built({ source: "npm", target: "npmrc" }),
      worker: built("npm"),
      base: { ...built("pip"), profiles: ["x"] },
      tool: { image: "y", profiles: ["x"], depends_on: { base: { condition: "service_started" } } },
      dev: { ...built({ source: "dev" }), profiles: ["dev"] },
      file: built({ source: "file" }),
    },
    secrets: {
      npm: { environment: "NPM_TOKEN" },
      pip: { environment: "PIP_TOKEN" },
      dev: { environment: "DEV_TOKEN" },
      file: { file: "/project/.npmrc" },
    },
  });
  const of = (further: string[]) =>
    builderVariables({ compose, further, projectTargets: [], overridden: [] });
  expect(await of([])).toEqual(["NPM_TOKEN"]);
  expect(await of(["tool", "gone"])).toEqual(["NPM_TOKEN", "PIP_TOKEN"]);
});

it("a secret that the project's configuration has too is only taken from the file for builds that are not the project's own", async () => {
  const variables = async (build: object) => {
    const compose = resolved({
      services: {
        app: {
          build: { context: "/project", secrets: [{ source: "npm", target: "npmrc" }, "pip"], ...build },
        },
      },
      secrets: { npm: { environment: "NPM_TOKEN" }, pip: { environment: "PIP_TOKEN" } },
    });
    const projectTargets = [projectTarget({}, true)];
    return await builderVariables({ compose, further: [], projectTargets, overridden: ["npmrc"] });
  };
  expect(await variables({})).toEqual(["PIP_TOKEN"]);
  expect(await variables({ args: { A: "1" } })).toEqual(["NPM_TOKEN", "PIP_TOKEN"]);
  expect(await variables({ context: "/other" })).toEqual(["NPM_TOKEN", "PIP_TOKEN"]);
});
