import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { processorTime } from "../../support/testing/processor-time.ts";
import { commandLineRedactor } from "./redact-command-line.ts";
import { redactText } from "./redact-text.ts";
import { looksSecret } from "./secret-names.ts";

const file = new URL("../../../../../protocol/golden/coverage/redaction.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as {
  names: { secret: string[]; plain: string[] };
  environment: Record<string, string>;
  commandLines: { given: string[]; is: string[] }[];
};

describe("a command line", () => {
  const redact = commandLineRedactor({ redact: (text) => text, environment: golden.environment });

  it.each(golden.commandLines)("of $given becomes $is", ({ given, is }) => {
    expect(redact(given)).toEqual(is);
  });

  it("loses what the run knows to be secret, before anything else", () => {
    const known = commandLineRedactor({
      redact: (text) => text.replaceAll("hunter2", "[redacted]"),
      environment: {},
    });
    expect(known(["/app/hunter2", "say", "--user=hunter2@home"])).toEqual([
      "/app/[redacted]",
      "say",
      "--user=[redacted]@home",
    ]);
  });
});

it("names tell what is secret", () => {
  expect(golden.names.secret.filter((name) => !looksSecret(name))).toEqual([]);
  expect(golden.names.plain.filter(looksSecret)).toEqual([]);
});

it.each([
  "a=b:c=",
  "a",
  "a ",
  "a:",
  "://a",
  "://a:",
  "@a(",
  "a:b@",
  "eyJ-",
  "bearer ",
  "-----BEGIN ",
  "x.= ",
])("text that repeats %j is looked at in little time", (part) => {
  const time = processorTime();
  redactText(part.repeat(20_000));
  expect(time()).toBeLessThan(3_000);
});
