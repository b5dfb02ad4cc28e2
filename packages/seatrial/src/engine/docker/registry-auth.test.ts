import { expect, test } from "vitest";
import { registryAuthHeaders } from "./registry-auth.ts";

const from = { server: "registry.example.com", source: "config.json" };

test("nobody logged in means no header", () => {
  expect(registryAuthHeaders(from)).toEqual({});
});

test("where an engine insists on the header, nobody logged in means no user in it", () => {
  const header = registryAuthHeaders(from, { always: true })["x-registry-auth"];
  expect(JSON.parse(Buffer.from(header ?? "", "base64url").toString())).toEqual({
    serveraddress: "registry.example.com",
  });
});

test("the header is what Go's decoder takes: URL-safe letters, padding, Docker's own names", () => {
  const header = registryAuthHeaders({ ...from, username: "me", password: "wörd~~~???>>>" })[
    "x-registry-auth"
  ];
  expect(header).toMatch(/^[A-Za-z0-9_-]+=*$/);
  expect((header?.length ?? 1) % 4).toBe(0);
  expect(JSON.parse(Buffer.from(header ?? "", "base64url").toString())).toEqual({
    username: "me",
    password: "wörd~~~???>>>",
    serveraddress: "registry.example.com",
  });
});

test("tokens go under their own names", () => {
  const header = registryAuthHeaders({ ...from, identityToken: "i", registryToken: "r" })["x-registry-auth"];
  expect(JSON.parse(Buffer.from(header ?? "", "base64url").toString())).toEqual({
    identitytoken: "i",
    registrytoken: "r",
    serveraddress: "registry.example.com",
  });
});
