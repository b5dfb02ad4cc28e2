import { describe, expect, it } from "vitest";
import { messageOf } from "../../../support/error.ts";
import { createFolder } from "../../../support/testing/folder.ts";
import { createHttpClient } from "../http-client.ts";
import type { Variables } from "../storage.ts";
import { bodyOf, json, say, startServer } from "../testing/server.ts";
import { createAwsKeys } from "./keys.ts";

const signal = new AbortController().signal;
const NOWHERE = { HOME: "/no/such/home", AWS_EC2_METADATA_DISABLED: "true" };

function keysIn(environment: Variables) {
  const http = createHttpClient({ environment, silence: 500 });
  return createAwsKeys({ environment: { ...NOWHERE, ...environment }, http, metadata: http });
}

const given = (id: string, expires = new Date(Date.now() + 3_600_000).toISOString()) => ({
  Code: "Success",
  AccessKeyId: id,
  SecretAccessKey: `secret of ${id}`,
  Token: `token of ${id}`,
  Expiration: expires,
});

async function wordsOf(environment: Variables): Promise<string> {
  const words = messageOf(
    await keysIn(environment)
      .get(signal)
      .catch((error: unknown) => error),
  );
  expect(words).not.toMatch(/s3cr3t|secret of|session-token/);
  return words;
}

describe("keys for S3", () => {
  it("are those of the environment before all others", async () => {
    const environment = {
      AWS_ACCESS_KEY_ID: "one",
      AWS_SECRET_ACCESS_KEY: "two",
      AWS_SESSION_TOKEN: "three",
      AWS_WEB_IDENTITY_TOKEN_FILE: "/no",
      AWS_ROLE_ARN: "r",
    };
    expect(await keysIn(environment).get(signal)).toMatchObject({ id: "one", secret: "two", token: "three" });
    expect(await wordsOf({ AWS_ACCESS_KEY_ID: "one" })).toContain("only one is set");
  });

  it("are those of the profile in the shared file", async () => {
    await using folder = await createFolder({
      credentials:
        "# a comment\n[default]\naws_access_key_id = one\naws_secret_access_key=secret 1\n[ work ]\r\nAWS_ACCESS_KEY_ID=two\r\naws_secret_access_key = secret 2\r\ns3 =\n  aws_access_key_id = nested\n[empty]\nrole_arn = x\n",
    });
    const file = { AWS_SHARED_CREDENTIALS_FILE: `${folder.path}/credentials` };
    expect(await keysIn(file).get(signal)).toMatchObject({ id: "one", secret: "secret 1" });
    expect(await keysIn({ ...file, AWS_PROFILE: "work" }).get(signal)).toMatchObject({
      id: "two",
      secret: "secret 2",
    });
    expect(await wordsOf({ ...file, AWS_PROFILE: "empty" })).toContain("has no keys");
    expect(await wordsOf({ ...file, AWS_PROFILE: "missing" })).toContain("there is no profile missing");
  });

  it("are those of a role for a web identity", async () => {
    await using folder = await createFolder({ token: "jwt.s3cr3t\n" });
    const forms: URLSearchParams[] = [];
    let status = 200;
    await using server = await startServer(async (request, response) => {
      forms.push(new URLSearchParams(await bodyOf(request)));
      const { AccessKeyId, SecretAccessKey, Expiration } = given("role");
      const credentials = `<Credentials><AccessKeyId>${AccessKeyId}</AccessKeyId><SecretAccessKey>${SecretAccessKey}</SecretAccessKey><SessionToken>st</SessionToken><Expiration>${Expiration}</Expiration></Credentials>`;
      const result = `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>${credentials}</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
      const error =
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not with jwt.s3cr3t</Message></Error></ErrorResponse>";
      say(response, status, status === 200 ? result : error);
    });
    const environment = {
      AWS_WEB_IDENTITY_TOKEN_FILE: `${folder.path}/token`,
      AWS_ROLE_ARN: "arn:role",
      AWS_ENDPOINT_URL_STS: server.origin,
    };
    expect(await keysIn(environment).get(signal)).toMatchObject({
      id: "role",
      secret: "secret of role",
      token: "st",
    });
    expect(Object.fromEntries(forms[0] ?? [])).toMatchObject({
      Action: "AssumeRoleWithWebIdentity",
      WebIdentityToken: "jwt.s3cr3t",
      RoleArn: "arn:role",
    });
    status = 403;
    expect(await wordsOf(environment)).toContain("403 AccessDenied: not with [redacted]");
    expect(await wordsOf({ ...environment, AWS_WEB_IDENTITY_TOKEN_FILE: "/no/such" })).toContain("/no/such");
  });

  it.each(["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"])(
    "of a web identity are asked for over TLS, whatever %s says",
    async (variable) => {
      await using folder = await createFolder({ token: "jwt.s3cr3t\n" });
      const identity = { AWS_WEB_IDENTITY_TOKEN_FILE: `${folder.path}/token`, AWS_ROLE_ARN: "arn:role" };
      const environment = { ...identity, [variable]: "http://storage.example.com:9000/s3" };
      await expect(keysIn(environment).get(signal)).toThrowWithCode("COVERAGE_CREDENTIALS_MISSING");
      expect(await wordsOf(environment)).toContain(`${variable} is http://storage.example.com:9000: `);
    },
  );

  it("are those of the container, with its token", async () => {
    await using server = await startServer((request, response) =>
      request.headers.authorization === "s3cr3t"
        ? json(response, given("task"))
        : json(response, { code: "No", message: `not ${request.headers.authorization}` }, 403),
    );
    const address = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.origin}/creds` };
    expect(
      await keysIn({ ...address, AWS_CONTAINER_AUTHORIZATION_TOKEN: "s3cr3t" }).get(signal),
    ).toMatchObject({ id: "task", token: "token of task" });
    expect(await wordsOf({ ...address, AWS_CONTAINER_AUTHORIZATION_TOKEN: "other-s3cr3t" })).toContain(
      "403 No: not [redacted]",
    );
    for (const far of [
      "http://thief.example.com/",
      "http://10.0.0.1/",
      "ftp://localhost/",
      "http://169.254.170.2.example.com/",
    ])
      expect(
        await wordsOf({
          AWS_CONTAINER_CREDENTIALS_FULL_URI: far,
          AWS_CONTAINER_AUTHORIZATION_TOKEN: "s3cr3t",
        }),
      ).toContain("neither https://");
  });

  it("are those of the machine, by version 2 of its metadata only", async () => {
    let role = "cover-role\n";
    await using server = await startServer((request, response) => {
      if (request.method === "PUT")
        return say(
          response,
          request.headers["x-aws-ec2-metadata-token-ttl-seconds"] ? 200 : 400,
          "session-token",
        );
      if (request.headers["x-aws-ec2-metadata-token"] !== "session-token") return say(response, 401);
      if (request.url?.endsWith("/security-credentials/"))
        return say(response, role === "" ? 404 : 200, role);
      return json(response, given("machine"));
    });
    const environment = { AWS_EC2_METADATA_DISABLED: "", AWS_EC2_METADATA_SERVICE_ENDPOINT: server.origin };
    expect(await keysIn(environment).get(signal)).toMatchObject({
      id: "machine",
      from: expect.stringContaining("cover-role"),
    });
    role = "../../user-data";
    expect(await wordsOf(environment)).toContain("no name of a role");
    role = "";
    expect(await wordsOf(environment)).toContain("has no role");
  });

  it("that are nowhere are COVERAGE_CREDENTIALS_MISSING, with the places", async () => {
    await expect(keysIn({}).get(signal)).toThrowWithCode("COVERAGE_CREDENTIALS_MISSING");
    expect(await wordsOf({})).toContain("/no/such/home/.aws/credentials");
    const hanging = await startServer(() => undefined);
    const metadata = { AWS_EC2_METADATA_DISABLED: "", AWS_EC2_METADATA_SERVICE_ENDPOINT: hanging.origin };
    await expect(keysIn(metadata).get(signal)).toThrowWithCode("COVERAGE_CREDENTIALS_MISSING");
    await hanging[Symbol.asyncDispose]();
  });

  it.each([
    ["no JSON", "secret of x"],
    ["no keys", "{}"],
    ["a time that is none", JSON.stringify(given("x", "soon"))],
  ])("that are told as %s are COVERAGE_STORAGE_INVALID", async (_what, text) => {
    await using server = await startServer((_request, response) => say(response, 200, text));
    const environment = { AWS_CONTAINER_CREDENTIALS_FULL_URI: server.origin };
    await expect(keysIn(environment).get(signal)).toThrowWithCode("COVERAGE_STORAGE_INVALID");
    await wordsOf(environment);
  });
});
