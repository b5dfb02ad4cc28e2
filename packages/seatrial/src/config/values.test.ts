import { describe, expect, it } from "vitest";
import { nearest } from "../support/nearest.ts";
import { passwordIn } from "../support/secrets-in-file.ts";
import { LONGEST_DURATION, parseDuration } from "./duration.ts";
import { nameOfFolder } from "./project-name.ts";
import { parseReady } from "./ready.ts";
import { defaultRunner } from "./runner.ts";
import { looksSecret } from "./secret-name.ts";
import { parseSize } from "./size.ts";
import { parsePool } from "./subnet.ts";
import { splitWords } from "./words.ts";

describe("parseDuration", () => {
  it.each([
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["1m30s500ms", 90_500],
    ["1.5h", 5_400_000],
    ["576h", LONGEST_DURATION],
    ["577h", undefined],
    ["0s", undefined],
    ["90", undefined],
    ["10 m", undefined],
    ["-1s", undefined],
    ["1d", undefined],
    ["", undefined],
  ])("reads %j as %s", (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});

describe("parseSize", () => {
  it.each([
    ["50MB", 1000, 50_000_000],
    ["512m", 1024, 536_870_912],
    ["1.5GiB", 1000, 1_610_612_736],
    ["1g", 1024, 1_073_741_824],
    ["1 kB", 1000, 1000],
    ["1024", 1000, 1024],
    ["64b", 1000, 64],
    ["0", 1000, undefined],
    ["big", 1000, undefined],
    ["1e9", 1000, undefined],
    ["9999999999999t", 1024, undefined],
  ] as const)("reads %j in steps of %d as %s", (text, thousand, expected) => {
    expect(parseSize(text, thousand)).toBe(expected);
  });
});

describe("splitWords", () => {
  it.each([
    ["pytest tests/integration", ["pytest", "tests/integration"]],
    [`sh -c 'a | b "c"' x`, ["sh", "-c", 'a | b "c"', "x"]],
    ['a "b \\"c\\" \\d" \'\'', ["a", 'b "c" \\d', ""]],
    ["a\\ b  c\td", ["a b", "c", "d"]],
    ['--x="a b"c', ["--x=a bc"]],
    ["a \\\n b", ["a", "b"]],
  ])("splits %j", (text, words) => {
    expect(splitWords(text)).toEqual({ words });
  });

  it.each([
    ["a | b", '"|" needs a shell'],
    ["a > b", '">" needs a shell'],
    ["a; b", '";" needs a shell'],
    ["a `b`", '"`" needs a shell'],
    ["a 'b", "a ' is never closed"],
    ["a \\", "it ends with a backslash"],
    ["  ", "it is empty"],
  ])("refuses %j", (text, problem) => {
    expect(splitWords(text)).toMatchObject({ problem: expect.stringContaining(problem) });
  });
});

describe("parseReady", () => {
  it.each([
    [
      "http://:8000/healthz?x=1",
      { kind: "probe", probe: { kind: "http", port: 8000, path: "/healthz?x=1", scheme: "http" } },
    ],
    ["https://:8443", { kind: "probe", probe: { kind: "http", port: 8443, path: "/", scheme: "https" } }],
    ["http:///up", { kind: "probe", probe: { kind: "http", port: 80, path: "/up", scheme: "http" } }],
    ["tcp://:6379", { kind: "probe", probe: { kind: "tcp", port: 6379 } }],
    ["postgres", { kind: "preset", preset: "postgres" }],
    ["started", { kind: "started" }],
  ])("reads %s", (text, ready) => {
    expect(parseReady(text)).toEqual({ ready });
  });

  it.each([
    ["http://app:8000/x", "an address without a host, such as http://:8000/x"],
    ["tcp://:0", "a port from 1 to 65535"],
    ["tcp://:99999", "a port from 1 to 65535"],
    ["tcp://", "a port from 1 to 65535"],
    ["tcp://:80/x", "tcp://:80 without a path"],
    ["postgrse", "did you mean postgres?"],
    [":8000", "http://:8000/healthz, tcp://:6379"],
  ])("refuses %s", (text, problem) => {
    expect(parseReady(text)).toMatchObject({ problem: expect.stringContaining(problem) });
  });
});

describe("parsePool", () => {
  it.each([
    ["10.213.0.0/16", { address: 181_731_328, prefix: 16 }],
    ["10.213.0.1/16", undefined],
    ["10.256.0.0/16", undefined],
    ["10.0.0.0/30", undefined],
    ["fd00::/64", undefined],
  ])("reads %s", (text, expected) => {
    expect(parsePool(text)).toEqual(expected);
  });
});

describe("looksSecret", () => {
  it.each([
    "DB_PASSWORD",
    "PGPASSWORD",
    "NPM_TOKEN",
    "SECRET",
    "STRIPE_API_KEY",
    "aws_secret_access_key",
    "GCP_CREDENTIALS",
    "PASS",
  ])("is true for %s", (name) => expect(looksSecret(name)).toBe(true));
  it.each([
    "PWD",
    "PATH",
    "KEYBOARD",
    "DB_PASSWORD_FILE",
    "TOKEN_URL",
    "KEY_PREFIX",
    "COMPASS",
    "MONKEY_COUNT",
    "TOKENIZER",
    "",
  ])("is false for %s", (name) => expect(looksSecret(name)).toBe(false));
});

describe("passwordIn", () => {
  it.each([
    ["postgres://app:s3cr3t@db/x", "s3cr3t"],
    ["redis://:s3cr3t@redis:6379", "s3cr3t"],
    ["redis://redis:6379/0", undefined],
    ["http://example.com/a:b@c", undefined],
    ["hello", undefined],
  ])("finds the password of %s", (value, password) => {
    expect(passwordIn(value)).toBe(password);
  });
});

describe("defaultRunner", () => {
  it.each([
    [{ binaries: "/out/tests" }, "go"],
    [{ command: ["pytest", "-x"] }, "pytest"],
    [{ command: ["/venv/bin/python3.12", "-m", "pytest"] }, "pytest"],
    [{ command: ["poetry", "run", "pytest"] }, "pytest"],
    [{ command: ["uv", "run", "python", "-m", "pytest"] }, "pytest"],
    [{ command: ["coverage", "run", "-m", "pytest"] }, "pytest"],
    [{ command: ["python", "-m", "http.server"] }, "command"],
    [{ command: ["python", "manage.py", "test"] }, "command"],
    [{ command: ["node", "--test", "--test-reporter=junit"] }, "junit"],
    [{ command: ["node", "--test", "--test-reporter", "tap"] }, "tap"],
    [{ command: ["bats", "tests/"] }, "tap"],
    [{ command: ["mvn", "test"] }, "junit"],
    [{ command: ["./gradlew", "test"] }, "junit"],
    [{ command: ["sh", "-c", "x"], reports: "/r/*.xml" }, "junit"],
    [{ command: ["cargo", "test"] }, "command"],
    [{}, "command"],
  ])("for %j is %s", (hints, runner) => {
    expect(defaultRunner(hints)).toBe(runner);
  });
});

describe("nearest", () => {
  const known = ["env_file", "env", "allow-empty", "runner", "postgres"];
  it.each([
    ["env-file", "env_file"],
    ["allowEmpty", "allow-empty"],
    ["runer", "runner"],
    ["Runner", "runner"],
    ["postgresql", "postgres"],
    ["volumes", undefined],
    ["", undefined],
  ])("to %j is %s", (word, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });
});

describe("nameOfFolder", () => {
  it.each([
    ["/home/me/Orders API", "ordersapi"],
    ["/x/_my-app.v2", "my-appv2"],
    ["/", "project"],
    ["/x/日本", "project"],
    [`/x/${"a".repeat(80)}`, "a".repeat(63)],
  ])("of %s is %s", (folder, name) => {
    expect(nameOfFolder(folder)).toBe(name);
  });
});
