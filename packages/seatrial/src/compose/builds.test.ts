import path from "node:path";
import { describe, expect, test } from "vitest";
import { type PlanServicesOptions, planServices } from "./plan.ts";
import { folderWith } from "./testing/folder.ts";
import { resolved, serviceOf } from "./testing/model.ts";
import { projectTarget } from "./testing/project-target.ts";

async function plan(
  services: object,
  { model, ...options }: Partial<PlanServicesOptions> & { model?: object } = {},
) {
  const compose = resolved({ ...model, services }, { dotenv: { FROM_DOTENV: "dotenv-value" } });
  return await planServices({
    compose,
    wanted: Object.keys(services),
    environment: { TOKEN: "token-value" },
    ...options,
  });
}

describe("a build section", () => {
  test("becomes a target of the run's build graph", async () => {
    const folder = await folderWith({ npmrc: "npm-token" });
    const build = {
      context: "/project/api",
      dockerfile: "docker/Dockerfile",
      target: "prod",
      args: { GO: "1.24", UNSET: null },
      secrets: [{ source: "npmrc" }, { source: "token", target: "gh" }, { source: "hidden" }],
      ssh: ["default", "git=/home/u/key"],
      platforms: ["linux/amd64"],
      additional_contexts: { shared: "/project/shared", base: "docker-image://alpine" },
      extra_hosts: ["mirror=10.0.0.1"],
      network: "host",
      cache_from: ["acme/api:cache"],
      labels: { a: "b" },
    };
    const secrets = {
      npmrc: { file: path.join(folder, "npmrc") },
      token: { environment: "TOKEN" },
      hidden: { environment: "FROM_DOTENV" },
    };
    const { buildTargets, services, buildEnvironment, secretValues, changes } = await plan(
      { api: { build, image: "acme/api" } },
      { model: { secrets } },
    );
    expect(buildTargets).toEqual([
      {
        key: "service:api",
        context: "/project/api",
        dockerfile: "/project/api/docker/Dockerfile",
        stage: "prod",
        args: { GO: "1.24" },
        secrets: [
          { id: "npmrc", from: { kind: "file", path: path.join(folder, "npmrc") } },
          { id: "gh", from: { kind: "env", variable: "TOKEN" } },
          { id: "hidden", from: { kind: "env", variable: "FROM_DOTENV" } },
        ],
        contexts: { shared: "/project/shared", base: "docker-image://alpine" },
        ssh: ["default", "git=/home/u/key"],
        platform: "linux/amd64",
        network: "host",
        extraHosts: ["mirror:10.0.0.1"],
        labels: { a: "b" },
        cacheFrom: ["acme/api:cache"],
      },
    ]);
    expect(serviceOf(services, "api").spec.image).toEqual({ kind: "target", target: "service:api" });
    expect(buildEnvironment).toEqual({ TOKEN: "token-value", FROM_DOTENV: "dotenv-value" });
    expect(secretValues).toEqual(["npm-token", "token-value", "dotenv-value"]);
    expect(changes).toEqual([]);
  });

  test("with an inline Dockerfile has no Dockerfile of its own", async () => {
    const { buildTargets } = await plan({ a: { build: { context: "/p", dockerfile_inline: "FROM x\n" } } });
    expect(buildTargets).toMatchObject([{ dockerfileInline: "FROM x\n" }]);
    expect(buildTargets[0]?.dockerfile).toBeUndefined();
  });

  test("of a remote context keeps its Dockerfile relative", async () => {
    const context = "https://git.example.com/a.git#main";
    const { buildTargets } = await plan({ a: { build: { context, dockerfile: "sub/Dockerfile" } } });
    expect(buildTargets).toMatchObject([{ context, dockerfile: "sub/Dockerfile" }]);
  });

  test("tells what of it does not count", async () => {
    const build = { context: "/p", no_cache: true, tags: ["a"], platforms: ["linux/amd64", "linux/arm64"] };
    const { changes, buildTargets } = await plan({ a: { build, platform: "linux/arm64" } });
    expect(changes.map((change) => change.key)).toEqual(["build.no_cache", "build.tags", "build.platforms"]);
    expect(buildTargets).toMatchObject([{ platform: "linux/arm64" }]);
  });

  test("that several services share is built once", async () => {
    const build = { context: "/project", target: "app" };
    const { buildTargets, services } = await plan({ web: { build }, worker: { build } });
    expect(buildTargets.map((target) => target.key)).toEqual(["service:web"]);
    expect(serviceOf(services, "worker").spec.image).toEqual({ kind: "target", target: "service:web" });
  });
});

describe("a context that refers to a service", () => {
  const referring = { context: "/project/api", additional_contexts: { base: "service:base" } };

  test("is the target that builds it, even when that service is not wanted", async () => {
    const services = { api: { build: referring }, base: { build: { context: "/project/base" } } };
    const { buildTargets } = await planServices({
      compose: resolved({ services }),
      wanted: ["api"],
      environment: {},
    });
    expect(buildTargets.map((target) => target.key)).toEqual(["service:base", "service:api"]);
    expect(buildTargets[1]?.contexts).toEqual({ base: "target:service:base" });
  });

  test("without a build section is its image", async () => {
    const { buildTargets } = await plan({ api: { build: referring }, base: { image: "alpine:3" } });
    expect(buildTargets[0]?.contexts).toEqual({ base: "docker-image://alpine:3" });
  });

  test("that refers back is refused as a cycle", async () => {
    const back = { context: "/project", additional_contexts: { api: "service:api" } };
    const planned = plan({ api: { build: referring }, base: { build: back } });
    await expect(planned).toThrowWithCode("COMPOSE_CYCLE");
  });
});

describe("a build section that is the project's own", () => {
  const release = projectTarget({ stage: "release" }, true);
  const test_ = projectTarget({ key: "test", stage: "test" });

  test("is not built again: its service runs the project's target", async () => {
    const services = { app: { build: { context: "/project", dockerfile: "Dockerfile", target: "release" } } };
    const planned = await plan(services, { projectTargets: [test_, release] });
    expect(planned.buildTargets).toEqual([]);
    expect(planned.projectTargets).toEqual(["release"]);
    expect(serviceOf(planned.services, "app").spec.image).toEqual({ kind: "target", target: "release" });
  });

  describe("gives its secrets to the project's targets", () => {
    const build = { context: "/project", target: "release", secrets: [{ source: "token" }] };
    const model = { secrets: { token: { environment: "TOKEN" } } };
    const projectTargets = [test_, release];
    const given = {
      service: "app",
      secret: { id: "token", from: { kind: "env", variable: "TOKEN" } },
      environment: { TOKEN: "token-value" },
      missing: undefined,
    };

    test.each([
      ["where its service is wanted", ["app"], ["release"]],
      ["where another one is", ["db"], []],
      ["where none is", [], []],
    ])("%s", async (_, wanted, used) => {
      const services = { app: { build }, db: { image: "postgres" } };
      const planned = await plan(services, { model, projectTargets, wanted });
      expect(planned.projectSecrets).toEqual([given]);
      expect(planned.buildEnvironment).toEqual({ TOKEN: "token-value" });
      expect(planned.secretValues).toEqual(["token-value"]);
      expect(planned.projectTargets).toEqual(used);
      expect(planned.services.map(({ spec }) => spec.name)).toEqual(wanted);
    });

    test("of a file with each value in it, which must not be shown either", async () => {
      const folder = await folderWith({
        npmrc: "//r.example/:_authToken=npm-token-value\nalways-auth=true\n",
      });
      const secrets = { token: { file: path.join(folder, "npmrc") } };
      const planned = await plan({ app: { build } }, { model: { secrets }, projectTargets, wanted: [] });
      expect(planned.secretValues).toContain("npm-token-value");
      expect(planned.secretValues).not.toContain("true");
    });

    test("of services in profiles that are active, or that the project names", async () => {
      const services = {
        tool: { profiles: ["tools"], image: "x", depends_on: { app: { condition: "service_started" } } },
        app: { profiles: ["tools"], build },
      };
      const asked = { model, projectTargets, wanted: [] };
      expect((await plan(services, asked)).projectSecrets).toEqual([]);
      const named = await plan(services, { ...asked, alsoBuilt: ["gone", "tool"] });
      expect(named.projectSecrets).toEqual([given]);
    });

    test.each([
      [
        "an image",
        { base: { image: "alpine:3" } },
        { base: "docker-image://alpine:3" },
        { base: "service:base" },
      ],
      [
        "a target of the project",
        { own: { build: { context: "/project", target: "test" } } },
        { base: "target:test" },
        { base: "service:own" },
      ],
    ])("where its context is a service with %s, wanted or not", async (_, base, contexts, written) => {
      const stages = [test_, projectTarget({ stage: "release", contexts })];
      const app = { build: { ...build, additional_contexts: written } };
      const services = { app, ...base, db: { image: "postgres" } };
      for (const wanted of [["app"], ["db"]]) {
        const planned = await plan(services, { model, projectTargets: stages, wanted });
        expect(planned.projectSecrets).toEqual([given]);
        expect(planned).toMatchObject({ neighborSecrets: [], buildTargets: [], changes: [] });
      }
    });

    test("and a cycle of contexts is for who builds them", async () => {
      const at = (other: string) => ({ ...build, additional_contexts: { other: `service:${other}` } });
      const services = { a: { build: at("b") }, b: { build: at("a") }, db: { image: "postgres" } };
      const planned = await plan(services, { model, projectTargets, wanted: ["db"] });
      expect(planned.projectSecrets).toEqual([]);
      await expect(plan(services, { model, projectTargets, wanted: ["a"] })).toThrowWithCode("COMPOSE_CYCLE");
    });

    test.each([
      [{ build: { ...build, args: { A: "1" } } }],
      [{ build: { ...build, labels: { a: "b" } } }],
      [{ build, platform: "linux/amd64" }],
      [{ build: { ...build, target: "3" } }],
    ])(
      "and keeps them where it is another one of the same Dockerfile, whose steps it shares: %j",
      async (app) => {
        const services = { app, db: { image: "postgres" } };
        for (const wanted of [["app"], ["db"]]) {
          const planned = await plan(services, { model, projectTargets, wanted });
          expect(planned).toMatchObject({ projectSecrets: [], neighborSecrets: [given.secret] });
          expect(planned.buildEnvironment).toEqual({ TOKEN: "token-value" });
          expect(planned.secretValues).toEqual(["token-value"]);
        }
      },
    );

    test.each([{ context: "/project/api" }, { dockerfile: "Other" }, { dockerfile_inline: "FROM x" }])(
      "and shares none of a build of other files: %j",
      async (other) => {
        const app = { build: { ...build, ...other } };
        const planned = await plan({ app }, { model, projectTargets, wanted: [] });
        expect(planned).toMatchObject({ projectSecrets: [], neighborSecrets: [], buildTargets: [] });
      },
    );

    test("all of them where services differ in one, with an error that names both", async () => {
      const one = { token: { environment: "TOKEN" }, same: { environment: "TOKEN" } };
      const secrets = { ...one, dev: { environment: "FROM_DOTENV" } };
      const from = (source: string) => ({ build: { ...build, secrets: [{ source, target: "token" }] } });
      const services = { app: from("token"), twin: from("same"), dev: from("dev") };
      const { projectSecrets } = await plan(services, { model: { secrets }, projectTargets, wanted: [] });
      expect(projectSecrets).toMatchObject([
        given,
        { secret: { id: "token", from: { variable: "FROM_DOTENV" } }, missing: { code: "COMPOSE_INVALID" } },
      ]);
      expect(projectSecrets[1]?.missing?.message).toContain("app and dev");
    });

    test.each([
      ["is defined elsewhere", { external: true }],
      ["is a folder", { file: "/tmp" }],
    ])("one that %s too: who builds nothing with it needs none", async (_, token) => {
      const planned = await plan(
        { app: { build } },
        { model: { secrets: { token } }, projectTargets, wanted: [] },
      );
      expect(planned.projectSecrets).toMatchObject([
        { secret: { id: "token", from: { kind: "file" } }, missing: { code: "COMPOSE_UNSUPPORTED" } },
      ]);
      const other = { ...build, target: "other" };
      const needing = plan({ app: { build: other } }, { model: { secrets: { token } }, projectTargets });
      await expect(needing).toThrowWithCode("COMPOSE_UNSUPPORTED");
    });

    test.each([
      ["variable", { environment: "GONE" }, "COMPOSE_INVALID", { kind: "env", variable: "GONE" }],
      ["file", { file: "/no/file" }, "COMPOSE_SOURCE_MISSING", { kind: "file", path: "/no/file" }],
    ])("with the error for a %s that is not there", async (_, token, code, from) => {
      const missing = { model: { secrets: { token } }, projectTargets };
      const { projectSecrets, buildEnvironment } = await plan({ app: { build } }, missing);
      expect(projectSecrets).toMatchObject([{ secret: { id: "token", from }, missing: { code } }]);
      expect(buildEnvironment).toEqual({});
      // What is built whatever images are given needs it.
      const other = { ...build, target: "other" };
      await expect(plan({ app: { build: other } }, missing)).toThrowWithCode(code);
    });
  });

  test("without a stage is the project's last stage", async () => {
    const services = { app: { build: { context: "/project/" } } };
    expect((await plan(services, { projectTargets: [test_, release] })).projectTargets).toEqual(["release"]);
    expect((await plan(services, { projectTargets: [test_] })).projectTargets).toEqual([]);
  });

  test.each([
    { args: { A: "1" } },
    { additional_contexts: { a: "/x" } },
    { labels: { a: "b" } },
    { platforms: ["linux/arm64"] },
  ])("but differs in %o is built beside it, and that is told", async (difference) => {
    const services = { app: { build: { context: "/project", target: "test", ...difference } } };
    const planned = await plan(services, { projectTargets: [test_, release] });
    expect(planned.buildTargets.map((target) => target.key)).toEqual(["service:app"]);
    expect(planned.changes).toMatchObject([{ key: "build" }]);
  });

  test.each([
    { context: "/project/sub" },
    { context: "/project", dockerfile: "Other" },
    { context: "/project", target: "other" },
    { context: "/project", dockerfile_inline: "FROM x" },
  ])("is another one with %o", async (build) => {
    const planned = await plan({ app: { build } }, { projectTargets: [test_, release] });
    expect(planned.projectTargets).toEqual([]);
    expect(planned.changes).toEqual([]);
  });
});
