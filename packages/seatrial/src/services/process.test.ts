import { describe, expect, test } from "vitest";
import type { ImageConfig, ServiceSpec } from "../model/index.ts";
import { processSpecOf } from "./process.ts";
import { serviceSpec } from "./testing/world.ts";

const IMAGE: ImageConfig = {
  user: "app",
  env: { PATH: "/bin" },
  entrypoint: ["/entry"],
  command: ["serve"],
  workingDir: "/srv",
  volumes: [],
  ports: [],
  labels: {},
};

function spec(service: Partial<ServiceSpec>, image: Partial<ImageConfig> = {}) {
  return processSpecOf(serviceSpec({ command: undefined, ...service }), { ...IMAGE, ...image });
}

describe("a service's process", () => {
  test("is the image's where the service says nothing", () => {
    expect(spec({})).toMatchObject({ argv: ["/entry", "serve"], workingDir: "/srv", user: "app" });
  });

  test.each([
    [{ command: ["check"] }, ["/entry", "check"]],
    [{ command: [] }, ["/entry"]],
    [{ entrypoint: ["/mine"] }, ["/mine"]],
    [{ entrypoint: ["/mine"], command: ["x"] }, ["/mine", "x"]],
    [{ entrypoint: [] }, []],
  ])("combines entrypoint and command as Docker does: %j", (service, argv) => {
    expect(spec(service).argv).toEqual(argv);
  });

  test("has the service's own user, folder and groups; root and / where nobody says", () => {
    const security = { ...serviceSpec().security, groupAdd: ["audio"] };
    expect(spec({ user: "1000", workingDir: "/x", security })).toMatchObject({
      user: "1000",
      workingDir: "/x",
      groupAdd: ["audio"],
    });
    const bare = spec({}, { user: "", workingDir: "" });
    expect([bare.user, bare.workingDir]).toEqual([undefined, "/"]);
  });

  test("gets the service's variables only; the image's are the container's already", () => {
    expect(spec({ env: { A: "1" } }).env).toEqual({ A: "1" });
  });
});
