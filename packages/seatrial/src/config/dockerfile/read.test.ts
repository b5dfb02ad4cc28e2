import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { processorTime } from "../../support/testing/processor-time.ts";
import { failureOf, makeFolder, sentencesOf } from "../testing/folder.ts";
import { readDockerfile } from "./read.ts";
import { defaultRelease, likelyRelease, looksLikeTests } from "./targets.ts";

async function read(text: string | Uint8Array, args: Record<string, string> = {}) {
  await using folder = await makeFolder({ Dockerfile: text });
  return await readDockerfile({
    path: join(folder.path, "Dockerfile"),
    args,
    environment: folder.environment(),
  });
}

describe("readDockerfile", () => {
  it("tells stages, what they build on and what they take from each other", async () => {
    const { stages, leaves, args } = await read(`# syntax=docker/dockerfile:1
ARG GO=1.24
FROM --platform=$BUILDPLATFORM golang:\${GO} AS Build
RUN --mount=type=cache,target=/c go build \\
  # a comment between
  -o /out/app .
FROM scratch AS certs
FROM debian:13 AS release
COPY --from=build /out/app /usr/bin/
RUN --mount=type=bind,from=certs,target=/certs true
WORKDIR /srv
USER app
EXPOSE 8000 9000/udp 9443/tcp
ENTRYPOINT ["app"]
FROM release AS test
COPY --from=0 ["/out/my tests", "/tests"]
COPY --from=busybox:1 /bin/true /bin/
CMD ["-v"]
`);
    expect(stages).toMatchObject([
      {
        key: "Build",
        line: 3,
        base: { kind: "image", reference: "golang:1.24" },
        runs: ["go build -o /out/app ."],
      },
      { key: "certs", base: { kind: "image", reference: "scratch" } },
      {
        key: "release",
        uses: ["Build", "certs"],
        user: "app",
        workingDir: "/srv",
        ports: [8000, 9443],
        hasEntrypoint: true,
        hasCommand: false,
        copies: [{ from: "Build", sources: ["/out/app"], target: "/usr/bin/" }],
        instructions: ["COPY", "RUN", "WORKDIR", "USER", "EXPOSE", "ENTRYPOINT"],
      },
      {
        key: "test",
        base: { kind: "stage", stage: "release" },
        // Those of the stage below come first.
        instructions: ["COPY", "RUN", "WORKDIR", "USER", "EXPOSE", "ENTRYPOINT", "COPY", "COPY", "CMD"],
        user: "app",
        ports: [8000, 9443],
        hasEntrypoint: true,
        hasCommand: true,
        copies: [
          { from: "Build", sources: ["/out/my tests"], target: "/tests" },
          { from: "busybox:1", sources: ["/bin/true"], target: "/bin/" },
        ],
      },
    ]);
    expect(leaves).toEqual(["test"]);
    expect(args).toEqual({ GO: "1.24" });
  });

  it("follows build arguments to the stage or image they name", async () => {
    const text = "ARG V=a\nARG W\nFROM x AS a\nFROM y AS b\nFROM ${V} AS one\nFROM img:${W} AS two\n";
    expect((await read(text)).stages.slice(2).map((stage) => stage.base)).toEqual([
      { kind: "stage", stage: "a" },
      { kind: "argument", expression: "img:${W}" },
    ]);
    expect((await read(text, { V: "b", W: "7" })).stages.slice(2).map((stage) => stage.base)).toEqual([
      { kind: "stage", stage: "b" },
      { kind: "image", reference: "img:7" },
    ]);
  });

  it("takes nothing in a heredoc for an instruction", async () => {
    const { stages } = await read(
      "FROM a\nRUN <<EOF\nFROM b\nNONSENSE\nEOF\nCOPY <<X /x\nFROM c\nX\nCMD y\n",
    );
    expect(stages).toHaveLength(1);
    expect(stages[0]).toMatchObject({ key: "stage-0", name: undefined, hasCommand: true });
  });

  it("understands the escape directive and Windows line ends", async () => {
    const { stages } = await read("# escape=`\r\nFROM a\r\nRUN x `\r\n  y\r\nUSER me\r\n");
    expect(stages).toMatchObject([{ runs: ["x y"], user: "me" }]);
  });

  it.each([
    ["FRMO a", ['1:1: unknown instruction "FRMO"; did you mean "FROM"?']],
    ["RUN x\nFROM a", ["1:1: RUN before the first FROM"]],
    ["FROM", ["1:1: expected FROM image, or FROM image AS name"]],
    ["FROM a AS", ["1:1: expected FROM image, or FROM image AS name"]],
    ["FROM a b c", ["1:1: expected FROM image, or FROM image AS name"]],
    ["FROM a AS x\nFROM b AS X", ['2:1: a second stage named "X", first in line 1']],
    ["ARG A=1", ["1:1: no FROM instruction"]],
    [
      "FROM a\nRUNN x\n\n  COPPY y z",
      [
        '2:1: unknown instruction "RUNN"; did you mean "RUN"?',
        '4:3: unknown instruction "COPPY"; did you mean "COPY"?',
      ],
    ],
  ])("says where %j is wrong", async (text, expected) => {
    const error = await failureOf(read(text));
    expect(error.code).toBe("DOCKERFILE_INVALID");
    expect(sentencesOf(error)).toEqual(expected.map((sentence) => `Dockerfile:${sentence}`));
  });

  it.each(["", "\n\n", "# only a comment\n"])("says that %j is empty", async (text) => {
    const error = await failureOf(read(text));
    expect(error).toMatchObject({
      code: "DOCKERFILE_INVALID",
      message: "Dockerfile is empty: expected at least one FROM instruction",
    });
  });

  it("refuses a folder, and bytes that are no text", async () => {
    await using folder = await makeFolder({ "Dockerfile/x": "" });
    const path = join(folder.path, "Dockerfile");
    await expect(readDockerfile({ path, args: {}, environment: folder.environment() })).toThrowWithCode(
      "DOCKERFILE_UNREADABLE",
    );
    await expect(read(Buffer.from([0x46, 0xff, 0xfe]))).toThrowWithCode("DOCKERFILE_UNREADABLE");
  });

  it("reads 100 kB quickly", async () => {
    const text = Array.from(
      { length: 1_000 },
      (_, i) => `FROM a AS s${i}\nRUN echo ${"x ".repeat(40)}\n`,
    ).join("");
    const time = processorTime();
    expect((await read(text)).stages).toHaveLength(1_000);
    expect(time()).toBeLessThan(10_000);
  }, 30_000);
});

describe("defaultRelease", () => {
  it("is the only stage that no other uses", async () => {
    expect(defaultRelease(await read("FROM a AS build\nFROM b\nCOPY --from=build / /\n"))).toMatchObject({
      key: "stage-1",
    });
  });

  it("is nobody when several stages are used by no other", async () => {
    const dockerfile = await read("FROM a AS base\nFROM base AS prod\nFROM base AS dev\nFROM base\n");
    const error = await failureOf(Promise.resolve().then(() => defaultRelease(dockerfile)));
    expect(error).toMatchObject({
      code: "CONFIG_RELEASE_AMBIGUOUS",
      message:
        "Dockerfile has several stages that no other stage uses: prod (line 2), dev (line 3), a stage without a name (line 4)",
      hint: 'say which one ships: image: { release: prod } in seatrial.yaml, or let "seatrial init" write it',
    });
  });
});

describe("likelyRelease", () => {
  it.each([
    ["FROM a AS base\nFROM base AS dev\nFROM base AS runtime\n", "runtime"],
    ["FROM a AS release\nFROM release AS test\n", "release"],
    ["FROM a AS app\nFROM app AS test\n", "app"],
    ["FROM a AS app\n", "app"],
    ["FROM a AS x\nFROM b AS y\n", undefined],
  ])("of %j is %s", async (text, expected) => {
    expect(likelyRelease(await read(text))?.key).toBe(expected);
  });
});

describe("looksLikeTests", () => {
  it.each(["test", "tests", "api-tests", "unittest", "dev", "e2e", "ci", "test-runner", "Testing"])(
    "is true for %s",
    (name) => expect(looksLikeTests(name)).toBe(true),
  );
  it.each(["release", "device", "civic", "latest-app", "protest-api"])("is false for %s", (name) =>
    expect(looksLikeTests(name)).toBe(false),
  );
});
