import { expect, test } from "vitest";
import { covers, formatScopes, mergeScopes, parseScopes, scopesFor } from "./scope.ts";

test("what a challenge names is read, place by place, ports and paths included", () => {
  expect([
    ...parseScopes("repository:a/b:pull,push registry:catalog:* repository:host:5000/x:pull nonsense"),
  ]).toEqual([
    "repository:a/b:pull",
    "repository:a/b:push",
    "registry:catalog:*",
    "repository:host:5000/x:pull",
  ]);
  expect(parseScopes(undefined).size).toBe(0);
});

test("scopes are written one for each place, always in the same order", () => {
  const scopes = scopesFor({ repository: "to", push: true, mountFrom: "from" });
  expect(formatScopes(scopes)).toEqual(["repository:from:pull", "repository:to:pull,push"]);
  const merged = mergeScopes(parseScopes("repository:to:delete"), scopes);
  expect(formatScopes(merged)).toEqual(["repository:from:pull", "repository:to:delete,pull,push"]);
});

test("more covers less, and not the other way round", () => {
  const more = scopesFor({ repository: "a", push: true });
  const less = scopesFor({ repository: "a", push: false });
  expect([covers(more, less), covers(less, more)]).toEqual([true, false]);
});
