import { describe, expect, it } from "vitest";
import type { ImageDetails, ImageSource } from "../model/index.ts";
import { manifestOf } from "./manifest.ts";

const [ONE, TWO] = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`);

function manifest(reference: string, ...repoDigests: string[]) {
  const source = { kind: "reference", reference, pull: "missing" } as ImageSource;
  return manifestOf({ repoDigests } as unknown as ImageDetails, source);
}

describe("the manifest of a service's image", () => {
  it.each([
    ["postgres:17", [`postgres@${ONE}`], ONE],
    ["docker.io/library/postgres:17", [`postgres@${ONE}`], ONE],
    ["registry:5000/team/db", [`mirror/db@${TWO}`, `registry:5000/team/db@${ONE}`], ONE],
    [`registry:5000/team/db:1@${ONE}`, [`mirror/db@${TWO}`, `registry:5000/team/db@${ONE}`], ONE],
    ["postgres:17", [`a@${ONE}`, `b@${ONE}`], ONE],
  ])("of %s is the one that the engine knows under its name: %j", (reference, known, digest) => {
    expect(manifest(reference, ...known)).toBe(digest);
  });

  it.each([
    ["it was built here", []],
    ["two could be meant", [`a@${ONE}`, `b@${TWO}`]],
    ["its name had two", [`postgres@${ONE}`, `postgres@${TWO}`]],
  ])("is not known when %s", (_why, known) => {
    expect(manifest("postgres:17", ...known)).toBeUndefined();
  });
});
