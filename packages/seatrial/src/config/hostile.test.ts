import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { processorTime } from "../support/testing/processor-time.ts";
import { loadProject } from "./load.ts";
import { failureOf, makeFolder, sentencesOf } from "./testing/folder.ts";

// Each takes well under a second; what these tests are about takes minutes, or for ever, when it goes wrong.
const LIMIT = 10_000;
vi.setConfig({ testTimeout: 3 * LIMIT });

async function failureWith(text: string | Uint8Array) {
  await using folder = await makeFolder({ "seatrial.yaml": text, Dockerfile: "FROM debian\n" });
  const time = processorTime();
  const error = await failureOf(loadProject({ environment: folder.environment() }));
  return { error, ms: time() };
}

describe("a hostile seatrial.yaml", () => {
  it("full of aliases that multiply is refused quickly", async () => {
    const lines = ["x-0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]"];
    for (let level = 1; level < 9; level += 1) {
      lines.push(
        `x-${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    }
    const { error, ms } = await failureWith(lines.join("\n"));
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toContain("more than 50000 values, anchors expanded");
    expect(ms).toBeLessThan(LIMIT);
  });

  it("full of merge keys that multiply is refused quickly", async () => {
    const lines = ["x-0: &a0 { k: 1 }"];
    for (let level = 1; level < 24; level += 1) {
      lines.push(`x-${level}: &a${level} { <<: [*a${level - 1}, *a${level - 1}] }`);
    }
    const { error, ms } = await failureWith(`${lines.join("\n")}\nnope: 1\n`);
    expect(error.code).toBe("CONFIG_INVALID");
    expect(ms).toBeLessThan(LIMIT);
  });

  it.each([
    ["brackets", `x-a: ${"[".repeat(40_000)}`],
    ["closed brackets", `x-a: ${"[".repeat(3_000)}${"]".repeat(3_000)}`],
    ["braces", `x-a: ${"{a: ".repeat(5_000)}`],
    ["dashes", `x-a:\n  ${"- ".repeat(5_000)}`],
    ["lines", Array.from({ length: 900 }, (_, depth) => `${" ".repeat(depth)}x-a:`).join("\n")],
  ])("nested without end in %s is refused", async (_, text) => {
    const { error, ms } = await failureWith(text);
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message.length).toBeLessThan(20_000);
    expect(ms).toBeLessThan(LIMIT);
  });

  it("with a very long line shows only a part of it", async () => {
    const { error } = await failureWith(
      `image: { dockerfile: ${"a".repeat(5_000)}, relase: ${"b".repeat(5_000)} }`,
    );
    expect(sentencesOf(error)).toEqual([
      'seatrial.yaml:1:5024: image: unknown key "relase"; did you mean "release"?',
    ]);
    expect(error.message.length).toBeLessThan(400);
    const [, line = "", carets = ""] = error.message.split("\n");
    expect(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("relase");
  });

  it("that is not UTF-8 is refused with the line", async () => {
    const bytes = Buffer.concat([Buffer.from("name: a\nimage: "), Buffer.from([0xe9, 0x0a])]);
    const { error } = await failureWith(bytes);
    expect(error).toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: "seatrial.yaml is not UTF-8: line 2 has bytes that are no character",
    });
  });

  it("in UTF-16 is refused", async () => {
    const { error } = await failureWith(Buffer.from("\ufeffname: a\n", "utf16le"));
    expect(error).toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: "seatrial.yaml is UTF-16, expected UTF-8",
    });
  });

  it("of more than a megabyte is refused unread", async () => {
    const { error } = await failureWith(`#${"x".repeat(1_100_000)}`);
    expect(error.code).toBe("CONFIG_UNREADABLE");
  });

  it("that is a folder is refused", async () => {
    await using folder = await makeFolder({ "seatrial.yaml/x": "", Dockerfile: "FROM debian\n" });
    const error = await failureOf(loadProject({ environment: folder.environment() }));
    expect(error).toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: "seatrial.yaml is a folder, expected a file",
    });
  });

  it("that cannot be opened is refused with the system's reason", async () => {
    await using folder = await makeFolder({ Dockerfile: "FROM debian\n" });
    const file = join(folder.path, "seatrial.yaml");
    await symlink(file, file);
    const error = await failureOf(loadProject({ environment: folder.environment(), file }));
    expect(error.code).toBe("CONFIG_UNREADABLE");
    expect(error.message).toMatch(/^cannot read seatrial.yaml: ELOOP/);
    expect(error.cause).toBeInstanceOf(Error);
  });
});

describe("a large seatrial.yaml", () => {
  it("of 100 kB is read quickly", async () => {
    const suites = Array.from(
      { length: 1_000 },
      (_, index) =>
        `  suite-${index}:\n    command: [run, "\${X:-${index}}"]\n    env: { ALPHA: b, BETA: d }\n    timeout: 10m\n`,
    );
    const text = `suites:\n${suites.join("")}`;
    expect(text.length).toBeGreaterThan(90_000);
    await using folder = await makeFolder({ "seatrial.yaml": text, Dockerfile: "FROM debian\n" });
    const time = processorTime();
    const project = await loadProject({ environment: folder.environment() });
    expect(project.suites).toHaveLength(1_000);
    expect(time()).toBeLessThan(LIMIT);
  });

  it("may have a long mapping on one line", async () => {
    const pairs = Array.from({ length: 300 }, (_, index) => `A${index}: ${index}`);
    const text = `image: { args: { ${pairs.join(", ")} } }`;
    await using folder = await makeFolder({ "seatrial.yaml": text, Dockerfile: "FROM debian\n" });
    const project = await loadProject({ environment: folder.environment() });
    expect(project.config.image.args["A299"]).toBe("299");
  });

  it("with a byte order mark and Windows line ends is read as usual", async () => {
    const text = "\ufeffname: shop\r\nsuites:\r\n  u: { command: x }\r\n";
    await using folder = await makeFolder({ "seatrial.yaml": text, Dockerfile: "FROM debian\r\nRUN x\r\n" });
    const project = await loadProject({ environment: folder.environment() });
    expect(project).toMatchObject({ name: "shop", suites: [{ name: "u", command: ["x"] }] });
  });
});
