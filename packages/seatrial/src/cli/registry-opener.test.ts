import { describe, expect, it } from "vitest";
import type { ReleaseSettings } from "../config/index.ts";
import { insecureHosts } from "./registry-opener.ts";

const REPOSITORY = "registry.example.com:5000/shop";
const CANDIDATE = "staging.example.com/shop";

function settings(changes: Partial<ReleaseSettings>): ReleaseSettings {
  const lists = { tags: [], floating: [] };
  const allowed = { allowSibling: false, allowDirty: false, allowBackwards: false };
  return { ...lists, ...allowed, insecure: true, cache: false, ...changes };
}

describe("release.insecure", () => {
  it("left out or false names nobody", () => {
    expect(insecureHosts(undefined)).toEqual([]);
    expect(insecureHosts(settings({ repository: REPOSITORY, insecure: false }))).toEqual([]);
  });

  it("true is the host of the repository, and not that of candidates elsewhere", () => {
    expect(insecureHosts(settings({ repository: REPOSITORY, candidate: CANDIDATE }))).toEqual([
      "registry.example.com:5000",
    ]);
  });

  it("true is the host of the candidates where there is no repository", () => {
    expect(insecureHosts(settings({ candidate: CANDIDATE }))).toEqual(["staging.example.com"]);
    expect(insecureHosts(settings({}))).toEqual([]);
  });

  it("a list is just what it names", () => {
    const insecure = ["staging.example.com"];
    expect(insecureHosts(settings({ repository: REPOSITORY, candidate: CANDIDATE, insecure }))).toEqual(
      insecure,
    );
  });
});
