import { describe, expect, it } from "vitest";
import { messageOf } from "../../../support/error.ts";
import { createFolder } from "../../../support/testing/folder.ts";
import { escapeXml } from "../../../support/xml.ts";
import { openStorage } from "../open-storage.ts";
import type { UnitStorage, Variables } from "../storage.ts";
import { bodyOf, json, say, startServer } from "../testing/server.ts";

const signal = new AbortController().signal;
const SAS = "sv=2021-12-02&sp=rl&sig=s3cr3t%2Fsig%3D";

/** An emulator of blobs, with account and container in its path, that lets in who shows this signature or token. */
async function startBlobs(files: Record<string, string>, allowed: string) {
  return await startServer((request, response) => {
    const url = new URL(request.url ?? "", "http://blobs");
    const shown = url.searchParams.get("sig") ?? request.headers.authorization?.replace("Bearer ", "");
    if (shown !== allowed || request.headers["x-ms-version"] === undefined)
      return say(
        response,
        403,
        `<Error><Code>AuthenticationFailed</Code><Message>not ${escapeXml(shown ?? "")}</Message></Error>`,
      );
    if (url.searchParams.get("comp") !== "list") {
      const content = files[decodeURIComponent(url.pathname.replace("/acme/coverage/", ""))];
      return content === undefined
        ? say(response, 404, "<Error><Code>BlobNotFound</Code></Error>")
        : say(response, 200, content);
    }
    const all = Object.keys(files).filter((key) => key.startsWith(url.searchParams.get("prefix") ?? ""));
    const from = Number(url.searchParams.get("marker") ?? 0);
    const blobs = all
      .slice(from, from + 2)
      .map(
        (name) =>
          `<Blob><Name>${escapeXml(name)}</Name><Properties><Content-Length>${files[name]?.length}</Content-Length></Properties></Blob>`,
      );
    const next = from + 2 < all.length ? from + 2 : "";
    say(
      response,
      200,
      `<EnumerationResults><Blobs>${blobs.join("")}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`,
    );
  });
}

const FILES = { "p/run/a": "1", "p/run/b c/ü#?": "22", "p/run/d": "333", "other/run/x": "4" };
const LISTED = ["run/a 1", "run/b c/ü#? 2", "run/d 3"];

async function keysOf(storage: UnitStorage) {
  const found = [];
  for await (const page of storage.list("run/", signal)) found.push(...page);
  return found.map(({ key, bytes }) => `${key} ${bytes}`);
}

const open = (address: string, environment: Variables = {}) =>
  openStorage({ address, environment, cwd: "/", silence: 500 });

describe("Azure Blob Storage", () => {
  it("lists and reads with a shared access signature, of the URL or of the environment", async () => {
    await using server = await startBlobs(FILES, "s3cr3t/sig=");
    for (const storage of [
      await open(`${server.origin}/acme/coverage/p?${SAS}`),
      await open(`az://acme/coverage/p?endpoint=${server.origin}/acme`, {
        AZURE_STORAGE_SAS_TOKEN: `?${SAS}`,
      }),
    ]) {
      expect(await keysOf(storage)).toEqual(LISTED);
      const chunks = [];
      for await (const chunk of (await storage.get("run/b c/ü#?", signal)) ?? []) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe("22");
      expect(await storage.get("run/no", signal)).toBeUndefined();
      storage[Symbol.dispose]();
    }
  });

  it("says whose signature is refused, and not the signature", async () => {
    await using server = await startBlobs(FILES, "another");
    using storage = await open(`${server.origin}/acme/coverage/p?${SAS}`);
    const words = messageOf(await keysOf(storage).catch((error: unknown) => error));
    expect(words).toContain("403 AuthenticationFailed: not [redacted]; signature from the URL");
  });

  it("takes tokens of the environment, of applications, of platforms and of machines", async () => {
    await using login = await startServer(async (request, response) => {
      const form = new URLSearchParams(await bodyOf(request));
      const query = new URL(request.url ?? "", "http://login").searchParams;
      const isForm =
        request.url === "/tenant/oauth2/v2.0/token" &&
        form.get("client_id") === "me" &&
        form.get("scope") === "https://storage.azure.com/.default";
      const isProof = form.get("client_assertion") === "jwt" || form.get("client_secret") === "s3cr3t";
      const isAsked = query.get("resource") === "https://storage.azure.com/";
      const isIdentity =
        isAsked &&
        (request.headers["x-identity-header"] === "s3cr3t" || request.headers["metadata"] === "true");
      if ((isForm && isProof) || isIdentity)
        return json(response, {
          access_token: "good",
          expires_on: String(Math.floor(Date.now() / 1_000) + 3_600),
        });
      return json(response, { error: "invalid_request", error_description: "s3cr3t is wrong" }, 400);
    });
    await using folder = await createFolder({ token: "jwt\n" });
    await using server = await startBlobs(FILES, "good");
    const application = {
      AZURE_CLIENT_ID: "me",
      AZURE_TENANT_ID: "tenant",
      AZURE_AUTHORITY_HOST: login.origin,
    };
    for (const environment of [
      { AZURE_STORAGE_ACCESS_TOKEN: "good" },
      { ...application, AZURE_FEDERATED_TOKEN_FILE: `${folder.path}/token` },
      { ...application, AZURE_CLIENT_SECRET: "s3cr3t" },
      { IDENTITY_ENDPOINT: `${login.origin}/msi`, IDENTITY_HEADER: "s3cr3t" },
      { AZURE_POD_IDENTITY_AUTHORITY_HOST: login.origin },
    ]) {
      using storage = await open(`az://acme/coverage/p?endpoint=${server.origin}/acme`, environment);
      expect(await keysOf(storage)).toEqual(LISTED);
    }
    using wrong = await open("az://acme/coverage", {
      ...application,
      AZURE_TENANT_ID: "other",
      AZURE_CLIENT_SECRET: "s3cr3t",
    });
    await expect(keysOf(wrong)).rejects.toThrow("400 invalid_request: [redacted] is wrong");
  });

  it.each<[string, Variables]>([
    ["IDENTITY_ENDPOINT", { IDENTITY_ENDPOINT: "http://thief.example.com/", IDENTITY_HEADER: "s3cr3t" }],
    [
      "AZURE_AUTHORITY_HOST",
      {
        AZURE_CLIENT_ID: "c",
        AZURE_TENANT_ID: "t",
        AZURE_CLIENT_SECRET: "s3cr3t",
        AZURE_AUTHORITY_HOST: "http://thief.example.com",
      },
    ],
  ])("sends no secret to a far %s without TLS", async (name, environment) => {
    using storage = await open("az://acme/coverage", environment);
    await expect(keysOf(storage)).rejects.toThrow(name);
  });
});
