import { expect, it } from "vitest";
import { builderVariables } from "./builders.ts";
import { resolved } from "./testing/model.ts";

it("the variables of builds are those of active services, and of those that are named with all that they need", () => {
  const built = (secret: unknown) => ({ build: { context: "/p", secrets: [secret] } });
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
      file: { file: "/p/.npmrc" },
    },
  });
  expect(builderVariables(compose, [])).toEqual(["NPM_TOKEN"]);
  expect(builderVariables(compose, ["tool", "gone"])).toEqual(["NPM_TOKEN", "PIP_TOKEN"]);
});
