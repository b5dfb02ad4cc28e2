import { expect, it } from "vitest";
import { buildContexts } from "./build-contexts.ts";

it("further build contexts are folders of the project, or addresses", () => {
  const addresses = {
    image: "docker-image://alpine:3",
    layout: "oci-layout:///tmp/layout",
    archive: "https://example.com/a.tar.gz",
    git: "git@example.com:acme/shared.git",
  };
  const contexts = buildContexts({ up: "../x", home: "~/y", ...addresses }, (folder) => `/root/${folder}`);
  expect(contexts).toEqual({ up: "/root/../x", home: "/root/~/y", ...addresses });
  expect(buildContexts(undefined, (folder) => folder)).toEqual({});
});
