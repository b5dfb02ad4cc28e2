import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL("manifest.json", dist), "utf8"));

test("the manifest names every file that webpack made, each with a hash", async () => {
  assert.deepEqual(Object.keys(manifest).sort(), ["main.css", "main.js"]);
  assert.match(manifest["main.js"], /^main\.[0-9a-f]{16}\.js$/);
  assert.match(manifest["main.css"], /^main\.[0-9a-f]{16}\.css$/);
  assert.deepEqual((await readdir(dist)).sort(), ["manifest.json", ...Object.values(manifest)].sort());
});

test("the script holds nothing that the pages' content security policy forbids", async () => {
  const script = await readFile(new URL(manifest["main.js"], dist), "utf8");
  assert.ok(script.includes("data-search"));
  assert.doesNotMatch(script, /\beval\(|new Function\(/);
});
