import { describe, expect, it } from "vitest";
import { createLayerParser } from "../layers/layer-parser.ts";
import { createScanner } from "../layers/scanner.ts";
import { tarOf } from "../testing/tar.ts";

const scanner = createScanner([]);
// Split, so that nobody takes these for real ones.
const KEY = ["-----BEGIN", "PRIVATE KEY-----"].join(" ");
const BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
const AWS_SECRET = "q9Xw2ErT/5yUiO8pAsD+fGh1JkLzXcVbN4mQ7wEr";
const words = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzZ1y";

function formatsIn(content: string, name = "app/file"): string[] {
  const parser = createLayerParser(scanner);
  parser.write(tarOf([{ name, content }]));
  return parser.end().findings.map(({ what }) => (what.kind === "format" ? what.format : what.secret));
}

describe("keys and credentials by format", () => {
  it.each([
    ["private key", `${KEY}\n${BODY}\n`],
    ["private key", `${KEY}\r\n${BODY}\r\n`],
    [
      "private key",
      `x\n${KEY.replace("PRIVATE", "RSA PRIVATE")}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,AB\n\n${BODY}`,
    ],
    ["private key", `${KEY.replace("PRIVATE", "OPENSSH PRIVATE")}\n${BODY}`],
    ["private key", `{"type": "service_account", "private_key": "${KEY}\\n${BODY}\\n"}`],
    ["AWS access key", "aws_access_key_id = AKIAQ3EGRIX7TZ2MNB4P\n"],
    ["AWS access key", '{"AccessKeyId":"ASIAQ3EGRIX7TZ2MNB4P"}'],
    ["AWS secret key", `aws_secret_access_key = ${AWS_SECRET}\n`],
    ["AWS secret key", `export AWS_SECRET_ACCESS_KEY='${AWS_SECRET}'`],
    ["AWS secret key", `{"SecretAccessKey": "${AWS_SECRET}"}`],
    ["AWS secret key", `{\\"secretAccessKey\\":\\"${AWS_SECRET}\\"}`],
    [
      "Azure account key",
      `AccountName=shop;AccountKey=${words}${words}${words.slice(0, 14)}==;EndpointSuffix=x`,
    ],
    ["Azure account key", `Endpoint=sb://x/;SharedAccessKey=${words}aB3dE5f=`],
    ["Google API key", `{"key": "AIza${words.slice(0, 35)}"}`],
    ["Stripe key", `STRIPE=sk_${"live"}_${words.slice(0, 24)}`],
    ["Stripe key", `rk_${"live"}_${words}${words}`],
    ["GitHub token", `machine github.com password ghp_${words}`],
    ["GitHub token", `github_pat_${words.slice(0, 22)}_${words}${words.slice(0, 23)}`],
    ["GitLab token", "glpat-aB3dE5fG7hJ9kL1mN2pQ"],
    ["Slack token", "xoxb-123456789012-aB3dE5fG7hJ9kL1m"],
    ["npm token", `//registry.npmjs.org/:_authToken=npm_${words}`],
    ["npm token", "//registry.example.com/:_authToken=0f8e7d6c-5b4a-4321-9876-abcdef012345"],
    ["docker credentials", `{"auths":{"r.example":{"auth":"${btoa("user:pass word")}"}}}`],
  ])("%s is found in %j", (format, content) => {
    expect(formatsIn(content)).toContain(format);
  });

  it.each([
    ["a key's first line alone, as libraries have it", `${KEY}\0-----END PRIVATE KEY-----\0`],
    ["a key that a manual leaves out", `${KEY}\n...\n-----END PRIVATE KEY-----`],
    ["a key of one letter", `${KEY}\n${"A".repeat(64)}\n`],
    ["a public key", `${KEY.replace("PRIVATE", "PUBLIC")}\n${BODY}`],
    ["the example of AWS's manuals", "AKIAIOSFODNN7EXAMPLE"],
    ["letters in the middle of others", `xAKIAQ3EGRIX7TZ2MNB4P and AKIAQ3EGRIX7TZ2MNB4PQ`],
    ["the secret of AWS's manuals", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
    ["the name of a secret alone", "os.environ['AWS_SECRET_ACCESS_KEY'] or aws_secret_access_key=None"],
    ["a digest behind such a name", `aws_secret_access_key: ${"0f8e7d6c5b".repeat(4)}`],
    [
      "the key of Azure's emulator",
      "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    ],
    ["a key for tests", `sk_${"test"}_${words}`],
    ["a placeholder", `ghp_${"x".repeat(36)}`],
    ["a token that is too short", "ghp_aB3dE5fG7hJ9"],
    ["a token from the environment", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}"],
    ["other things that are called auth", `{"auth": "required"} {"auth":"${btoa("no colon here")}"}`],
    [
      "a word that begins alike",
      "npm_config_registry=https://registry.npmjs.org/npm_lifecycle_event_and_more_of_it",
    ],
  ])("is none: %s", (_what, content) => {
    expect(formatsIn(content)).toEqual([]);
  });

  it("keys in folders of package managers are test data of published packages, tokens are not", () => {
    const folders = [
      "usr/lib/x86_64-linux-gnu",
      "usr/lib/python3/dist-packages/x",
      "app/node_modules/x/test",
      "usr/local/go/src/x",
    ];
    for (const folder of folders) {
      expect(formatsIn(`${KEY}\n${BODY}`, `${folder}/test.key`)).toEqual([]);
      expect(formatsIn(`AIza${words.slice(0, 35)}`, `${folder}/sample.js`)).toEqual([]);
      expect(formatsIn(`ghp_${words}`, `${folder}/.npmrc`)).toEqual(["GitHub token"]);
    }
  });
});
