import { describe, expect, it } from "vitest";
import type { ToolError } from "../support/error.ts";
import { checkText } from "./testing/check-text.ts";
import { failureOf, sentencesOf } from "./testing/folder.ts";
import { createVariables } from "./variables.ts";

async function mistakes(text: string, env: Record<string, string> = {}): Promise<string[]> {
  const error: ToolError = await failureOf(checkText(text, createVariables({ env, fileValues: {} })));
  expect(error.code).toBe("CONFIG_INVALID");
  return sentencesOf(error).map((sentence) => sentence.replace("seatrial.yaml:", ""));
}

const suite = (line: string) => `suites:\n  u:\n    ${line}\n`;

const bad: [string, string[]][] = [
  ["imag: {}", ['1:1: unknown key "imag"; did you mean "image"?']],
  ["dockerfile: x", ['1:1: unknown key "dockerfile"; did you mean "image.dockerfile"?']],
  [
    "zebra: 1",
    [
      '1:1: unknown key "zebra"; expected one of name, image, compose, profiles, env_file, suites, services, spaces, network, redact, coverage, check, release',
    ],
  ],
  ["- a", ["1:1: expected a mapping, found a list"]],
  [
    "release:\n  insecure: registry.example.com",
    [
      '2:13: release.insecure: expected true, false, or a list of registry hosts, found "registry.example.com"',
    ],
  ],
  [
    "release:\n  insecure: [a, http://registry.example.com, registry.example.com/shop]",
    [
      '2:17: release.insecure[1]: expected a registry\'s host, with its port if it has one, such as registry.example.com:5000, found "http://registry.example.com"',
      '2:46: release.insecure[2]: expected a registry\'s host, with its port if it has one, such as registry.example.com:5000, found "registry.example.com/shop"',
    ],
  ],
  ["just text", ['1:1: expected a mapping, found "just text"']],
  [
    "name: Orders",
    [
      '1:7: name: expected a name of lower-case letters, digits, dashes and underscores, 63 at most, found "Orders"',
    ],
  ],
  ["name: [a]", ["1:7: name: expected text, found a list"]],
  ["image: Dockerfile", ['1:8: image: expected a mapping, found "Dockerfile"']],
  [
    "image:\n  platform: amd64",
    ['2:13: image.platform: expected a platform such as linux/amd64, found "amd64"'],
  ],
  ["image: { secrets: { a: {} } }", ["1:21: image.secrets.a.file: a secret needs file or env"]],
  [
    "image: { secrets: { a: { file: x, env: y } } }",
    ["1:40: image.secrets.a.env: a secret has file or env, not both"],
  ],
  [
    "image: { args: 3 }",
    ["1:16: image.args: expected a mapping of names and values, or a list of NAME=value, found 3"],
  ],
  [
    "image: { args: { A: [1] } }",
    ["1:21: image.args.A: expected text, a number, true or false, found a list"],
  ],
  ["compose: 3", ["1:10: compose: expected a list of files, found 3"]],
  [
    "env_file: [{ required: maybe }]",
    [
      '1:12: env_file[0]: expected the key "path"',
      '1:24: env_file[0].required: expected true or false, found "maybe"',
    ],
  ],
  [
    "network: { pool: 10.0.0.1/8 }",
    [
      '1:18: network.pool: expected an IPv4 network such as 10.213.0.0/16, from /8 to /28, found "10.0.0.1/8"',
    ],
  ],
  ["network: { size: 4 }", ["1:18: network.size: expected a whole number from 16 to 29, found 4"]],
  [
    "network: { pool: 10.0.0.0/20, size: 18 }",
    ["1:37: network.size: a network of size /18 does not fit into a pool of /20"],
  ],
  [
    "services: { db: { preset: postgress } }",
    [
      '1:27: services.db.preset: expected one of postgres, mysql, mariadb, redis, mongodb, rabbitmq, kafka, nats, none, found "postgress"; did you mean postgres?',
    ],
  ],
  [
    "services: { 'a b': {} }",
    [
      '1:13: services: expected a service\'s name (letters, digits, dots, dashes and underscores), found "a b"',
    ],
  ],
  [
    "coverage: { minimum: 120, formats: [htm] }",
    [
      "1:22: coverage.minimum: expected a number from 0 to 100, found 120",
      '1:37: coverage.formats[0]: expected one of text, lcov, cobertura, html, json, found "htm"; did you mean html?',
    ],
  ],
  ["check: { max-size: big }", ['1:20: check.max-size: expected a size such as 50MB or 1.5GiB, found "big"']],
  [
    "suites: { 'a/b': { command: x } }",
    [
      '1:11: suites: expected a suite\'s name (a letter or digit, then letters, digits, dots, dashes and underscores, 63 at most; not check), found "a/b"',
    ],
  ],
  // The checks of the image are attested under it.
  [
    "suites: { check: { command: x } }",
    [
      '1:11: suites: expected a suite\'s name (a letter or digit, then letters, digits, dots, dashes and underscores, 63 at most; not check), found "check"',
    ],
  ],
  ["suites:\n  u:\n", ["2:3: suites.u: expected a mapping, found nothing"]],
  [
    suite("runner: pytst"),
    [
      '3:13: suites.u.runner: expected one of go, pytest, junit, tap, command, found "pytst"; did you mean pytest?',
    ],
  ],
  [suite("depends_on: [a]"), ['3:5: suites.u: unknown key "depends_on"; did you mean "needs"?']],
  [
    suite("command: a | b"),
    [
      '3:14: suites.u.command: expected a command that can be split into words ("|" needs a shell: quote it, or write [sh, -c, "…"]), found "a | b"',
    ],
  ],
  [suite("command: []"), ["3:14: suites.u.command: expected a command of at least one word, found a list"]],
  [
    suite("{ command: x, timeout: 90 }"),
    ["3:28: suites.u.timeout: expected a duration such as 90s, 10m or 1h30m, up to 576h, found 90"],
  ],
  [
    suite("{ command: x, timeout: 600h }"),
    ['3:28: suites.u.timeout: expected a duration such as 90s, 10m or 1h30m, up to 576h, found "600h"'],
  ],
  [
    suite("{ command: x, shards: 0 }"),
    ["3:27: suites.u.shards: expected a whole number from 1 to 64, found 0"],
  ],
  [
    suite("{ command: x, shards: two }"),
    ['3:27: suites.u.shards: expected a whole number from 1 to 64, found "two"'],
  ],
  [
    suite("{ command: x, needs: { a: b } }"),
    ["3:26: suites.u.needs: expected a list of services, found a mapping"],
  ],
  [
    suite("{ command: x, needs: [a, 'b c'] }"),
    [
      '3:30: suites.u.needs[1]: expected a service\'s name (letters, digits, dots, dashes and underscores), found "b c"',
    ],
  ],
  [
    suite("{ command: x, app: { ports: [http] } }"),
    ['3:34: suites.u.app.ports[0]: expected a whole number from 1 to 65535, found "http"'],
  ],
  [
    suite("{ command: x, app: { ready: postgrse } }"),
    [
      '3:33: suites.u.app.ready: expected http://:8000/healthz, tcp://:6379, started, or one of postgres, mysql, mariadb, redis, mongodb, rabbitmq, kafka, nats, found "postgrse"; did you mean postgres?',
    ],
  ],
  [
    suite("{ command: x, spaces: { A: { kind: b } } }"),
    [
      '3:29: suites.u.spaces.A: expected the key "space"',
      '3:34: suites.u.spaces.A: unknown key "kind"; expected one of space, part',
    ],
  ],
  [
    suite("{ command: x, spaces: { A: { service: b } } }"),
    [
      '3:29: suites.u.spaces.A: expected the key "space"',
      '3:34: suites.u.spaces.A: unknown key "service"; did you mean "space"?',
    ],
  ],
  [
    suite("{ command: x, spaces: { 'A B': b } }"),
    ['3:29: suites.u.spaces: expected a variable\'s name, found "A B"'],
  ],
  [
    "spaces: { db: { kind: postgress } }",
    [
      '1:23: spaces.db.kind: expected one of postgres, mysql, redis, mongodb, rabbitmq, nats, s3, found "postgress"; did you mean postgres?',
    ],
  ],
  [
    "spaces: { db: { kind: mariadb, isolation: vhost } }",
    ["1:43: spaces.db.isolation: spaces of kind mysql are kept apart by database"],
  ],
  [
    "spaces: { db: { warm: 9, limit: 8 } }",
    ["1:23: spaces.db.warm: 9 spaces cannot wait where 8 are the limit"],
  ],
  ["spaces: { db: { template: x } }", ['1:17: spaces.db: unknown key "template"; did you mean "from"?']],
  [
    "spaces: { db: { migrations: { command: x, service: y } } }",
    ["1:40: spaces.db.migrations.command: a migration has command, or service"],
  ],
  [
    "spaces: { db: { migrations: [a.sql, { service: y, image: test }] } }",
    [
      "1:58: spaces.db.migrations[1].image: image is for a command; the service has its own in the Compose file",
    ],
  ],
  [
    "spaces: { db: { migrations: 3 } }",
    [
      "1:29: spaces.db.migrations: expected files, a mapping with command or service, or a list of these, found 3",
    ],
  ],
  [
    "spaces: { db: { keep: { size: much } } }",
    ['1:31: spaces.db.keep.size: expected a size such as 50MB or 1.5GiB, found "much"'],
  ],
  [
    suite("needs: [a]"),
    [
      "2:3: suites.u.runner: a suite needs command, service (a Compose service that is the suite) or binaries (for go)",
    ],
  ],
  [
    suite("runner: go"),
    [
      "3:13: suites.u.runner: the go runner needs binaries, the folder of the image with the compiled tests, such as /out/tests",
    ],
  ],
  [
    suite("{ binaries: /x, command: y }"),
    ["3:30: suites.u.command: the go runner runs the test binaries itself; remove command"],
  ],
  [
    suite("{ runner: tap, command: y, binaries: /x }"),
    ["3:42: suites.u.binaries: binaries is for the go runner; this suite's runner is tap"],
  ],
  [
    suite("{ command: x, env: { A: b }, spaces: { A: db, SEATRIAL_TOKEN: db, B: db } }"),
    [
      "3:42: suites.u.spaces: A would have two values; remove it from spaces, or from env",
      "3:42: suites.u.spaces: SEATRIAL_TOKEN cannot be set: names with SEATRIAL_ are those of seatrial itself",
    ],
  ],
  [
    suite("{ command: x, env: [A=b], spaces: { A: db } }"),
    ["3:39: suites.u.spaces: A would have two values; remove it from spaces, or from env"],
  ],
  [
    suite("{ binaries: out }"),
    ["3:17: suites.u.binaries: binaries is a path in the image and starts with /"],
  ],
  [
    suite("{ service: a, target: b }"),
    ["3:27: suites.u.target: the service has its own image; remove target, or service"],
  ],
  [
    suite("{ command: x, artifacts: [a] }"),
    ['3:30: suites.u.artifacts: artifacts are absolute paths of the image; "a" is not'],
  ],
  ["name: a\nname: b", ['2:1: duplicate key "name", first in line 1']],
  ["name: *nobody", ['1:7: unknown anchor "nobody"']],
  [
    "compose: &a [*a]",
    ["1:13: compose[0]: expected text, found a list", '1:14: the anchor "a" contains itself'],
  ],
  ["check: &a { <<: *a }", ["1:17: <<: a mapping that merges itself"]],
  ["check: { <<: [1] }", ["1:15: <<: expected a mapping, or a list of mappings, to merge"]],
  ["name: !reset x", ["1:7: a YAML tag, which has no meaning here"]],
  ["? [a]\n: b", ["1:3: expected a plain key"]],
  ["constructor: b", ['1:1: the key "constructor" is not allowed']],
  ["name: a\n---\nname: b", ["2:1: a second document (---); expected one"]],
  ["name: a\n\tcompose: b", ["2:1: a tab in the indentation; YAML allows spaces only"]],
  ["name: a: b", ['1:7: invalid YAML: ": " inside a value; put the value in quotes']],
  ["name: b\n compose: d", ['1:7: invalid YAML: ": " inside a value; put the value in quotes']],
  ["name: 'x\n", ["1:8: invalid YAML: missing closing 'quote"]],
  ["name: @x", ["1:7: invalid YAML: plain value cannot start with reserved character @"]],
  [
    "suites:\n  u: {command: x\n  v: {command: y}",
    ["3:3: invalid YAML: flow map in block collection must be sufficiently indented and end with a }"],
  ],
  ["name: ${N", ['1:7: expected "}" after ${N, found the end']],
  ['compose: "x ${N:?say it}"', ["1:13: required variable N is not set or empty: say it"]],
  ["compose:\n  - >-\n    a\n    $5 b", ['4:5: "$" without a variable\'s name; write $$ for a dollar sign']],
];

describe("a mistake in seatrial.yaml", () => {
  it.each(bad)("is told with its place: %j", async (text, expected) => {
    expect(await mistakes(text)).toEqual(expected);
  });

  it("has the same place in a file with Windows line ends", async () => {
    expect(await mistakes("name: a\r\nimage:\r\n  relase: b\r\n")).toEqual([
      '3:3: image: unknown key "relase"; did you mean "release"?',
    ]);
  });

  it("is shown with its line and carets below it", async () => {
    const error = await failureOf(checkText("name: a\nimage:\n  relase: b\n"));
    expect(error.message).toBe(
      'seatrial.yaml:3:3: image: unknown key "relase"; did you mean "release"?\n  3 |   relase: b\n    |   ^^^^^^',
    );
  });

  it("comes with all the others, in the order of the file", async () => {
    const text = 'suites:\n  u: { runer: go }\n  u: { command: "${X:?no}" }\nimag: 1\nname: A\n';
    const error = await failureOf(checkText(text));
    expect(error.message.split("\n")[0]).toBe("seatrial.yaml: 4 errors");
    expect(sentencesOf(error).map((sentence) => sentence.split(" ")[0])).toEqual([
      "seatrial.yaml:2:8:",
      "seatrial.yaml:3:3:",
      "seatrial.yaml:4:1:",
      "seatrial.yaml:5:7:",
    ]);
  });

  it("is told at the anchor that holds it, once", async () => {
    const text = "x-base: &base { shards: none, command: x }\nsuites:\n  a: *base\n  b: { <<: *base }\n";
    expect(await mistakes(text)).toEqual([
      '1:25: suites.a.shards: expected a whole number from 1 to 64, found "none"',
      '1:25: suites.b.shards: expected a whole number from 1 to 64, found "none"',
    ]);
  });

  it("shows a variable's value beside its name, unless the name is a secret's", async () => {
    const text = suite("{ command: x, shards: '${N}' }");
    expect(await mistakes(text, { N: "many" })).toEqual([
      '3:27: suites.u.shards: expected a whole number from 1 to 64, found "many" (from "${N}")',
    ]);
    const secret = suite("{ command: x, shards: '${MY_TOKEN}' }");
    expect((await mistakes(secret, { MY_TOKEN: "hunter2" })).join()).not.toContain("hunter2");
  });

  it("cannot steer the terminal that shows it", async () => {
    const error = await failureOf(checkText('name: "\\e[2J\u009b1m\u202e" # \u001b[2J\u009b\nx\u009b: 1'));
    expect(error.message).not.toMatch(/[\u001b\u009b\u202e]/);
  });
});
