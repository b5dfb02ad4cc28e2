import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { messageOf } from "../../../support/error.ts";
import { openStorage } from "../open-storage.ts";
import type { UnitStorage, Variables } from "../storage.ts";
import { json, say, startServer, type TestServer } from "../testing/server.ts";

const signal = new AbortController().signal;

type Page = (children: string[], path: string) => { text: string; type: string };

const PAGES: Record<string, Page> = {
  nginx: (children, path) => ({
    type: "text/html",
    text: `<html><head><title>Index of ${path}</title></head><body><h1>Index of ${path}</h1><hr><pre><a href="../">../</a>\n${children.map((name) => `<a href="${encodeURI(name)}">${name}</a>`).join("\n")}</pre></body></html>`,
  }),
  "nginx as JSON": (children) => ({
    type: "application/json",
    text: JSON.stringify(
      children.map((name) => ({
        name: name.replace(/\/$/, ""),
        type: name.endsWith("/") ? "directory" : "file",
        size: 1,
      })),
    ),
  }),
  "Caddy as JSON": (children) => ({
    type: "application/json; charset=utf-8",
    text: JSON.stringify(
      children.length === 0
        ? null
        : children.map((name) => ({ name, is_dir: name.endsWith("/"), url: `./${name}`, size: 1 })),
    ),
  }),
  Apache: (children, path) => ({
    type: "text/html;charset=UTF-8",
    text: `<title>Index of ${path}</title><a href="?C=N;O=D">Name</a><a href="/">Parent</a>${children.map((name) => `<td><a class=x href='${path}${encodeURI(name).replaceAll("&", "&amp;")}'>…</a>`).join("")}`,
  }),
};

const FILES = ["run/r1/a", "run/r1/b c&d", "run/r2/x", "other/y"].map((path) => `up/${path}`);

function childrenOf(path: string): string[] {
  const below = FILES.filter((file) => `/${file}`.startsWith(path)).map((file) =>
    `/${file}`.slice(path.length),
  );
  return [...new Set(below.map((rest) => rest.replace(/\/.*/, "/")))];
}

async function startWeb(
  page: Page,
  allows: (headers: Record<string, unknown>) => boolean = () => true,
): Promise<TestServer> {
  return await startServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "", "http://web").pathname);
    if (!allows(request.headers)) return say(response, 401, `who is ${request.headers.authorization}?`);
    if (FILES.includes(path.slice(1))) return say(response, 200, `content of ${path}`);
    if (!path.endsWith("/") || childrenOf(path).length === 0) return say(response, 404);
    const { text, type } = page(childrenOf(path), path);
    say(response, 200, text, { "content-type": type });
  });
}

async function keysOf(storage: UnitStorage, prefix = "run/") {
  const found = [];
  for await (const page of storage.list(prefix, signal)) found.push(...page.map(({ key }) => key));
  return found.sort();
}

const open = (address: string, environment: Variables = {}) =>
  openStorage({ address, environment, cwd: "/", silence: 500 });

describe("a web server", () => {
  it.each(Object.entries(PAGES))("is listed by the pages of %s", async (_name, page) => {
    await using server = await startWeb(page);
    using storage = await open(`${server.origin}/up`);
    expect(await keysOf(storage)).toEqual(["run/r1/a", "run/r1/b c&d", "run/r2/x"]);
    expect(await keysOf(storage, "run/r1/")).toEqual(["run/r1/a", "run/r1/b c&d"]);
    expect(await keysOf(storage, "run/r9/")).toEqual([]);
    const chunks = [];
    for await (const chunk of (await storage.get("run/r1/b c&d", signal)) ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("content of /up/run/r1/b c&d");
    expect(await storage.get("run/r1/no", signal)).toBeUndefined();
  });

  it("is shown the token of SEATRIAL_COVER_TOKEN, or the user of the URL", async () => {
    const allows = ({ authorization }: Record<string, unknown>) =>
      authorization === "Bearer t0ken" ||
      authorization === `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
    await using server = await startWeb(PAGES["nginx"] as Page, allows);
    const { host } = new URL(server.origin);
    for (const storage of [
      await open(`http://${host}/up`, { SEATRIAL_COVER_TOKEN: "t0ken" }),
      await open(`http://me:p%40ss@${host}/up`),
    ])
      expect(await keysOf(storage, "run/r2/")).toEqual(["run/r2/x"]);
    const words = messageOf(
      await keysOf(await open(`http://me:wr0ng@${host}/up`)).catch((error: unknown) => error),
    );
    expect(words).toContain("401: who is Basic [redacted]?");
    expect(words).not.toContain("wr0ng");
  });

  it("is never shown a token that is none", async () => {
    const storage = await open("http://127.0.0.1:1", { SEATRIAL_COVER_TOKEN: "t0k\nen" });
    await expect(keysOf(storage)).toThrowWithCode("COVERAGE_STORAGE_REFUSED");
    await expect(keysOf(storage)).rejects.toThrow(/cannot be sent/);
  });

  it("is followed elsewhere without credentials", async () => {
    const shown: unknown[] = [];
    await using other = await startServer((request, response) => {
      shown.push(request.headers.authorization);
      say(response, 200, "there");
    });
    await using server = await startServer((request, response) =>
      request.url === "/up/x"
        ? say(response, 302, "", { location: "/moved" })
        : say(response, 302, "", { location: `${other.origin}/signed?y` }),
    );
    using storage = await open(`${server.origin}/up`, { SEATRIAL_COVER_TOKEN: "t0ken" });
    expect(await storage.get("x", signal)).toBeDefined();
    expect(shown).toEqual([undefined]);
    expect(server.asked).toEqual(["GET /up/x", "GET /moved"]);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    [
      "a page of something else",
      (response) =>
        say(response, 200, "<html><a href='https://example.com/'>Log in</a></html>", {
          "content-type": "text/html",
        }),
    ],
    ["JSON of something else", (response) => json(response, { ok: true })],
    ["broken JSON", (response) => say(response, 200, "[", { "content-type": "application/json" })],
    ["a file", (response) => say(response, 200, "x", { "content-type": "text/plain" })],
  ])("that answers with %s is COVERAGE_STORAGE_INVALID", async (_what, answer) => {
    await using server = await startServer((_request, response) => answer(response));
    await expect(keysOf(await open(server.origin))).toThrowWithCode("COVERAGE_STORAGE_INVALID");
  });

  it.each([403, 404, 405])("that answers %d is COVERAGE_STORAGE_REFUSED", async (status) => {
    await using server = await startServer((_request, response) => say(response, status));
    await expect(keysOf(await open(server.origin))).toThrowWithCode("COVERAGE_STORAGE_REFUSED");
  });

  it("is not left through its links, nor walked in circles", async () => {
    const links = [
      "../",
      "/",
      "//thief.example.com/x",
      "https://thief.example.com/y/",
      "..%2f..%2fz",
      "a/b",
      "%2e%2e/",
      "run/",
      "javascript:x",
      "%zz",
    ];
    await using server = await startServer((_request, response) =>
      say(response, 200, `<h1>Index of /</h1>${links.map((link) => `<a href="${link}">x</a>`).join("")}`, {
        "content-type": "text/html",
      }),
    );
    expect(await keysOf(await open(server.origin))).toEqual([]);
    expect(server.asked.length).toBeLessThan(30);
    expect(server.asked.every((line) => /^GET \/(run\/)*$/.test(line))).toBe(true);
  });
});
