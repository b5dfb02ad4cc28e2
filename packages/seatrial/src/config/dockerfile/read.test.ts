import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { processorTime } from "../../support/testing/processor-time.ts";
import { failureOf, makeFolder, sentencesOf } from "../testing/folder.ts";
import { readDockerfile } from "./read.ts";
import { clearRelease, defaultRelease, likelyRelease, looksLikeTests } from "./targets.ts";

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

  it("knows no base that depends on a platform, and that each stage which fits may be it", async () => {
    const { stages, leaves } = await read(
      "FROM a AS base-amd64\nEXPOSE 80\nFROM b AS base-arm64\nFROM c AS other\nFROM base-${TARGETARCH} AS final\n",
    );
    expect(leaves).toEqual(["other", "final"]);
    expect(stages[3]).toMatchObject({
      base: { kind: "argument", expression: "base-${TARGETARCH}" },
      uses: ["base-amd64", "base-arm64"],
      ports: [80],
    });
  });

  it("sees what ONBUILD takes from a stage", async () => {
    const { leaves } = await read(
      "FROM a AS tools\nFROM b AS base\nONBUILD COPY --from=tools /x /x\nFROM base\n",
    );
    expect(leaves).toEqual(["stage-2"]);
  });

  it("takes a name that two stages have for the later one's, as the builder does, and says so", async () => {
    const { stages, leaves, warnings } = await read(
      "FROM a AS x\nFROM x AS mine\nFROM b AS X\nFROM c AS last\nCOPY --from=x / /\nCOPY --from=mine / /\n",
    );
    expect(stages.map(({ key, name, base, uses }) => [key, name, base, uses])).toEqual([
      ["stage-0", undefined, { kind: "image", reference: "a" }, []],
      ["mine", "mine", { kind: "stage", stage: "stage-0" }, []],
      ["X", "X", { kind: "image", reference: "b" }, []],
      ["last", "last", { kind: "image", reference: "c" }, ["X", "mine"]],
    ]);
    expect(leaves).toEqual(["last"]);
    expect(warnings).toEqual([
      'Dockerfile:3:1: a second stage named "X": the name means this one, and no longer that in line 1',
    ]);
  });

  it("gives a stage without a name a key that none has as its name", async () => {
    const { stages } = await read("FROM a AS stage-1\nFROM b\nCOPY --from=stage-1 / /\n");
    expect(stages.map(({ key }) => key)).toEqual(["stage-1", "stage-1.unnamed"]);
  });

  it("leaves instructions that it does not know to another frontend", async () => {
    const text = "FROM a\nINCLUDE more\n";
    const { warnings } = await read(`# escape=\`\n# syntax=example.com/dockerfile-x:1\n${text}`);
    expect(warnings).toEqual([
      'Dockerfile:4:1: unknown instruction "INCLUDE", which is left to example.com/dockerfile-x:1',
    ]);
    const own = [
      "docker/dockerfile:1",
      "docker.io/docker/dockerfile-upstream:master",
      "m.example/docker/dockerfile@x",
    ];
    for (const head of [...own.map((name) => `# syntax=${name}`), "# a comment\n# syntax=example.com/x"])
      expect((await failureOf(read(`${head}\n${text}`))).code).toBe("DOCKERFILE_INVALID");
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

  it.each([
    ["FROM a AS test\nFROM b\n", "stage-1"],
    ["FROM a AS base\nFROM base AS unit-tests\nFROM base AS dev\nFROM base\n", "stage-3"],
    ["FROM a AS test\nFROM b AS app\n", undefined],
    ["FROM a AS tools\nFROM b\n", undefined],
    ["FROM a\nFROM b\n", undefined],
  ])("of %j is %s", async (text, expected) => {
    const dockerfile = await read(text);
    expect(clearRelease(dockerfile)?.key).toBe(expected);
    if (expected !== undefined) expect(defaultRelease(dockerfile).key).toBe(expected);
  });

  it("is nobody when several stages are used by no other", async () => {
    const dockerfile = await read("FROM a AS base\nFROM base AS prod\nFROM base AS dev\nFROM base\n");
    const error = await failureOf(Promise.resolve().then(() => defaultRelease(dockerfile)));
    expect(error).toMatchObject({
      code: "CONFIG_RELEASE_AMBIGUOUS",
      message:
        "Dockerfile has several stages that no other stage uses: prod (line 2), dev (line 3), stage-3 (line 4, without a name)",
      hint: 'say which one ships: image: { release: prod } in seatrial.yaml, or let "seatrial init" write it',
    });
  });
});

it("a stage without a name is said by its key where the release is not clear", async () => {
  const dockerfile = await read("FROM a AS tools\nFROM b\n");
  const error = await failureOf(Promise.resolve().then(() => defaultRelease(dockerfile)));
  expect(error.hint).toContain("image: { release: stage-1 }");
});

describe("likelyRelease", () => {
  it.each([
    ["FROM a AS base\nFROM base AS dev\nFROM base AS runtime\n", "runtime"],
    ["FROM a AS release\nFROM release AS test\n", "release"],
    ["FROM a AS app\nFROM app AS test\n", "app"],
    ["FROM a AS app\n", "app"],
    ["FROM a AS x\nFROM b AS y\n", undefined],
    ["FROM a AS x\nFROM b\n", "stage-1"],
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
