import { describe, expect, test } from "vitest";
import { composeFailure, pluginFailure, readStderr, saysPluginIsMissing } from "./diagnosis.ts";

const where = { files: ["/project/compose.yaml"], projectFolder: "/project" };

describe("what Compose writes to stderr", () => {
  test("is split into warnings and the failure", () => {
    const stderr = [
      'time="2026-01-01T00:00:00Z" level=warning msg="The \\"TAG\\" variable is not set. Defaulting to a blank string."',
      'time="2026-01-01T00:00:00Z" level=warning msg="The \\"TAG\\" variable is not set. Defaulting to a blank string."',
      'time="2026-01-01T00:00:00Z" level=warning msg="/p/c.yaml: `version` is obsolete"',
      'time="2026-01-01T00:00:00Z" level=info msg="loading"',
      "services.a additional properties 'foo' not allowed",
      "",
    ].join("\n");
    expect(readStderr(stderr)).toEqual({
      warnings: ['The "TAG" variable is not set. Defaulting to a blank string.'],
      failure: "services.a additional properties 'foo' not allowed",
    });
  });

  test.each([
    "unknown shorthand flag: 'f' in -f\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information",
    "docker: 'compose' is not a docker command.\nSee 'docker --help'",
    "docker: unknown command: docker compose\n\nRun 'docker --help' for more information",
    "unknown flag: --profile\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]",
  ])("tells that the plugin is missing: %s", (stderr) => {
    expect(saysPluginIsMissing(stderr)).toBe(true);
  });

  test("is told apart from a configuration in which docker could not look for it", () => {
    const unknown = "docker: unknown command: docker compose\n";
    const config = "WARNING: Error loading config file: open /f/.docker/config.json: not a directory\n";
    expect(pluginFailure(unknown).code).toBe("COMPOSE_MISSING");
    expect(pluginFailure(config + unknown)).toMatchObject({
      code: "COMPOSE_FAILED",
      message: expect.stringMatching(/: open \/f\/\.docker\/config\.json: not a directory$/),
    });
  });

  test("of a faulty file does not look like a missing plugin", () => {
    expect(saysPluginIsMissing("yaml: line 1: did not find expected ','")).toBe(false);
  });
});

describe("a failure", () => {
  const fail = (failure: string) => composeFailure({ failure, ...where });

  test("names the file as the user does, and keeps Compose's words", () => {
    const error = fail(
      "validating /project/compose.yaml: services.a additional properties 'foo' not allowed",
    );
    expect(error).toMatchObject({
      code: "COMPOSE_INVALID",
      message: "compose.yaml is not valid: services.a additional properties 'foo' not allowed",
      hint: expect.stringContaining("spelling of foo"),
      exitCode: 2,
    });
  });

  test("of a missing env file says what to create", () => {
    const error = fail("env file /project/db.env not found: stat /project/db.env: no such file or directory");
    expect(error.hint).toBe("Create db.env, or say `required: false` for it.");
  });

  test("of a missing variable says which to set", () => {
    const error = fail(
      "error while interpolating services.a.image: required variable TAG is missing a value: x",
    );
    expect(error.hint).toContain("Set TAG");
  });

  test("that is a cycle has its own code", () => {
    const error = fail("dependency cycle detected: a -> b -> a");
    expect(error.code).toBe("COMPOSE_CYCLE");
    expect(error.message).toContain("a → b → a");
  });

  test("without a word still says something", () => {
    expect(fail("").message).toBe("compose.yaml is not valid: Compose gave no reason");
  });
});
