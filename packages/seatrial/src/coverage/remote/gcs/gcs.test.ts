import { createVerify, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../../support/testing/folder.ts";
import { openStorage } from "../open-storage.ts";
import type { UnitStorage, Variables } from "../storage.ts";
import { startBucket } from "../testing/bucket.ts";
import { bodyOf, json, say, startServer } from "../testing/server.ts";

const signal = new AbortController().signal;

/** A bucket in the JSON interface that lets these tokens in; none: everybody who shows none. */
async function startGcs(files: Record<string, string>, tokens: Set<string>) {
  return await startServer((request, response) => {
    const url = new URL(request.url ?? "", "http://gcs");
    const token = request.headers.authorization?.replace("Bearer ", "");
    if (tokens.size === 0 ? token !== undefined : !tokens.has(token ?? ""))
      return json(response, { error: { status: "UNAUTHENTICATED", message: `not ${token}` } }, 401);
    if (url.pathname !== "/storage/v1/b/coverage/o") {
      const content = files[decodeURIComponent(url.pathname.replace("/storage/v1/b/coverage/o/", ""))];
      return content === undefined || url.search !== "?alt=media"
        ? say(response, 404)
        : say(response, 200, content);
    }
    const all = Object.keys(files).filter((key) => key.startsWith(url.searchParams.get("prefix") ?? ""));
    const from = Number(url.searchParams.get("pageToken") ?? 0);
    const items = all.slice(from, from + 2).map((name) => ({ name, size: String(files[name]?.length) }));
    return json(response, {
      ...(items.length === 0 ? {} : { items }),
      ...(from + 2 < all.length ? { nextPageToken: String(from + 2) } : {}),
    });
  });
}

const FILES = { "p/run/a": "1", "p/run/b c/ü?": "22", "p/run/d": "333", "other/run/x": "4" };

async function keysOf(storage: UnitStorage) {
  const found = [];
  for await (const page of storage.list("run/", signal)) found.push(...page);
  return found.map(({ key, bytes }) => `${key} ${bytes}`);
}

const open = (address: string, environment: Variables) =>
  openStorage({ address, environment: { HOME: "/no/such/home", ...environment }, cwd: "/", silence: 500 });

const LISTED = ["run/a 1", "run/b c/ü? 2", "run/d 3"];

describe("Google Cloud Storage", () => {
  it("lists and reads with a token of the environment", async () => {
    await using server = await startGcs(FILES, new Set(["good"]));
    using storage = await open(`gs://coverage/p?endpoint=${server.origin}`, {
      CLOUDSDK_AUTH_ACCESS_TOKEN: "good",
    });
    expect(await keysOf(storage)).toEqual(LISTED);
    const chunks = [];
    for await (const chunk of (await storage.get("run/b c/ü?", signal)) ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("22");
    expect(await storage.get("run/no", signal)).toBeUndefined();
  });

  it("shows emulators no credentials", async () => {
    await using server = await startGcs(FILES, new Set());
    using storage = await open("gs://coverage/p", {
      STORAGE_EMULATOR_HOST: server.origin,
      GOOGLE_OAUTH_ACCESS_TOKEN: "s3cr3t",
    });
    expect(await keysOf(storage)).toEqual(LISTED);
  });

  it("takes HMAC keys through the interface that speaks S3", async () => {
    await using bucket = await startBucket({ "run/a": "1" });
    using storage = await open(`gs://coverage?endpoint=${bucket.origin}`, {
      GS_ACCESS_KEY_ID: "AKID",
      GS_SECRET_ACCESS_KEY: "secret",
    });
    expect(await keysOf(storage)).toEqual(["run/a 1"]);
  });

  it("asks the machine's metadata, and once more when a token is refused", async () => {
    const tokens = new Set(["t2"]);
    let count = 0;
    await using metadata = await startServer((request, response) => {
      response.setHeader("metadata-flavor", "Google");
      if (request.headers["metadata-flavor"] !== "Google") return say(response, 403);
      json(response, { access_token: `t${++count}`, expires_in: 3_600 });
    });
    await using server = await startGcs(FILES, tokens);
    using storage = await open(`gs://coverage/p?endpoint=${server.origin}`, {
      GCE_METADATA_HOST: new URL(metadata.origin).host,
    });
    expect(await keysOf(storage)).toEqual(LISTED);
    expect(count).toBe(2);
    tokens.clear();
    tokens.add("none");
    await expect(keysOf(storage)).rejects.toThrow(/401 UNAUTHENTICATED: not .*machine's service account/);
  });

  it("does not take another cloud's metadata for its own", async () => {
    await using metadata = await startServer((_request, response) => json(response, { access_token: "x" }));
    using storage = await open("gs://coverage", { GCE_METADATA_HOST: new URL(metadata.origin).host });
    await expect(keysOf(storage)).toThrowWithCode("COVERAGE_CREDENTIALS_MISSING");
  });

  it("signs for a service account's token", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    await using login = await startServer(async (request, response) => {
      const form = new URLSearchParams(await bodyOf(request));
      const [head = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
      const isRight = createVerify("RSA-SHA256")
        .update(`${head}.${claims}`)
        .verify(publicKey, signature, "base64url");
      const said = JSON.parse(Buffer.from(claims, "base64url").toString());
      const fits =
        isRight &&
        said.iss === "me@acme" &&
        said.aud === `${login.origin}/token` &&
        said.exp === said.iat + 3_600;
      json(
        response,
        fits ? { access_token: "good", expires_in: 3_599 } : { error: "invalid_grant" },
        fits ? 200 : 400,
      );
    });
    const key = privateKey.export({ type: "pkcs8", format: "pem" });
    const account = {
      type: "service_account",
      client_email: "me@acme",
      private_key: key,
      token_uri: `${login.origin}/token`,
    };
    await using folder = await createFolder({ "account.json": JSON.stringify(account) });
    await using server = await startGcs(FILES, new Set(["good"]));
    const environment = { GOOGLE_APPLICATION_CREDENTIALS: `${folder.path}/account.json` };
    using storage = await open(`gs://coverage/p?endpoint=${server.origin}`, environment);
    expect(await keysOf(storage)).toEqual(LISTED);
  });

  it.each([
    ["nonsense", "type undefined"],
    [JSON.stringify({ type: "external_account" }), "external_account"],
    [JSON.stringify({ type: "service_account", private_key: "s3cr3t" }), "no key that can sign"],
    [
      JSON.stringify({
        type: "service_account",
        private_key: "s3cr3t",
        token_uri: "http://thief.example.com",
      }),
      "token_uri",
    ],
  ])("says what is wrong with a file of credentials: %s", async (text, why) => {
    await using folder = await createFolder({ file: text });
    using storage = await open("gs://coverage", { GOOGLE_APPLICATION_CREDENTIALS: `${folder.path}/file` });
    await expect(keysOf(storage)).rejects.toThrow(why);
    await expect(keysOf(storage)).rejects.not.toThrow("s3cr3t");
  });
});
