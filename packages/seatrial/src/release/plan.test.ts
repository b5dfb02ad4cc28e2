import { describe, expect, it } from "vitest";
import { candidateName } from "./candidate-name.ts";
import { planCandidate, planRelease, type ReleaseWishes } from "./plan.ts";

const wishes: ReleaseWishes = {
  repository: "registry.example:5000/team/app",
  tags: [],
  floating: ["latest"],
  allowSibling: false,
  allowDirty: false,
  allowBackwards: false,
};

function plan(changes: Partial<ReleaseWishes>, more: Partial<Parameters<typeof planRelease>[0]> = {}) {
  return planRelease({ settings: { ...wishes, ...changes }, suites: [], checks: false, ...more });
}

/** As `seatrial.yaml` would have them in its ninth line. */
function written(values: Record<string, string>) {
  return (path: readonly (string | number)[]) => {
    const text = values[path.slice(1).join(".")];
    if (text === undefined) return undefined;
    const line = `  9 |   [latest, "${text}", $OTHER]`;
    const at = line.indexOf(text) - 1;
    return { place: "seatrial.yaml:9:13", frame: `${line}\n${" ".repeat(at)}${"^".repeat(text.length + 2)}` };
  };
}

describe("tags of a release", () => {
  it("are set in a stated order: immutable ones first, each kind as written", () => {
    const { tags } = plan({ tags: ["b", "a"], floating: ["z", "feature/x"] });
    expect(tags).toEqual([
      { tag: "b", kind: "immutable" },
      { tag: "a", kind: "immutable" },
      { tag: "z", kind: "floating" },
      { tag: "feature-x", kind: "floating", from: "feature/x" },
    ]);
  });

  it("are dropped with a warning when they are empty, which names the variable that is not set", () => {
    const { tags, warnings } = plan({ tags: ["", "v1"] }, { locate: written({ "tags.0": "${GIT_TAG}" }) });
    expect(tags.map(({ tag }) => tag)).toEqual(["v1", "latest"]);
    expect(warnings).toEqual([
      "release.tags[0] (seatrial.yaml:9:13) is empty and sets no tag, for GIT_TAG is not set",
    ]);
  });

  it.each([
    ["${GIT_TAG:-}", 0],
    ["${GIT_TAG-}", 0],
    ["${GIT_TAG:+v$GIT_TAG}", 0],
    ["$GIT_TAG", 1],
    ["${GIT_TAG:-}$OTHER", 1],
  ])("may be empty without a warning where they are written so: %j", (text, count) => {
    const { warnings } = plan({ tags: ["", "v1"] }, { locate: written({ "tags.0": text }) });
    expect(warnings).toHaveLength(count);
  });

  it("cannot all be empty, and the error names the variables", async () => {
    const locate = written({ "tags.0": "$GIT_TAG", "floating.0": "${CI_BRANCH:-}" });
    const empty = () => plan({ tags: [""], floating: [" "] }, { locate });
    await expect(empty).toThrowWithCode("RELEASE_NO_TAGS");
    expect(empty).toThrow(/GIT_TAG and CI_BRANCH are not set/);
    await expect(() => plan({ tags: [], floating: [] })).toThrowWithCode("RELEASE_NO_TAGS");
  });

  it("cannot be one for two names", async () => {
    await expect(() => plan({ tags: ["a/b", "a-b"] })).toThrowWithCode("RELEASE_TAGS_COLLIDE");
    await expect(() => plan({ tags: ["a/b"], floating: ["a+b"] })).toThrowWithCode("RELEASE_TAGS_COLLIDE");
  });

  it("cannot be immutable and floating at once", async () => {
    await expect(() => plan({ tags: ["latest"] })).toThrowWithCode("RELEASE_TAGS_COLLIDE");
  });

  it("are the same when they are written twice", () => {
    expect(plan({ tags: ["v1", "v1"] }).tags.map(({ tag }) => tag)).toEqual(["v1", "latest"]);
  });

  it("need a character that a tag may begin with", async () => {
    await expect(() => plan({ tags: ["..."] })).toThrowWithCode("RELEASE_TAG_INVALID");
  });

  it("are doubted when latest may never move", () => {
    expect(plan({ tags: ["latest"], floating: [] }).warnings).toEqual([
      expect.stringContaining("release.tags has latest"),
    ]);
  });
});

describe("the repository of a release", () => {
  it("is read by the rules of image names", () => {
    expect(plan({}).repository).toEqual({ registry: "registry.example:5000", repository: "team/app" });
  });

  it.each([
    ["registry.example/app:v1"],
    ["registry.example/app@sha256:0"],
    ["registry.example/App"],
    ["https://registry.example/app"],
  ])("is not %s", async (repository) => {
    await expect(() => plan({ repository })).toThrowWithCode("RELEASE_REPOSITORY_INVALID");
  });

  it("must be said, and the error names the variable that is not set", async () => {
    await expect(() => plan({ repository: undefined })).toThrowWithCode("RELEASE_NOT_CONFIGURED");
    const locate = written({ repository: "$REGISTRY" });
    expect(() => plan({ repository: undefined }, { locate })).toThrow(
      /REGISTRY in release.repository is not/,
    );
    const twice = written({ repository: "${REGISTRY:+$REGISTRY/app}" });
    expect(() => plan({ repository: undefined }, { locate: twice })).toThrow(/: REGISTRY in release/);
  });
});

it("a login in the name of a repository is refused, and not repeated", async () => {
  const withLogin = () => plan({ repository: "bob:hunter2-hunter2@registry.example/app" });
  await expect(withLogin).toThrowWithCode("RELEASE_REPOSITORY_INVALID");
  expect(withLogin).toThrow(/docker login/);
  expect(withLogin).not.toThrow(/hunter2/);
});

describe("the candidate", () => {
  const imageId = `sha256:${"abcdef012345".padEnd(64, "0")}` as const;
  const nameOf = (target: string, options: Parameters<typeof planCandidate>[0]) =>
    candidateName({ plan: planCandidate(options), target, release: "release", imageId }).reference;

  it("is in the repository of the release, under the commit and the image", () => {
    const options = { settings: wishes, commit: "c0ffee" };
    const name = "registry.example:5000/team/app:candidate-c0ffee-abcdef012345";
    expect(nameOf("release", options)).toBe(name);
    expect(nameOf("test", options)).toBe(`${name}-test`);
  });

  it("has another name for another image of the same commit: one for another platform, another build, another project", () => {
    const plan = planCandidate({ settings: wishes, commit: "c0ffee" });
    const tags = ["1", "2"].map((digit) => {
      const id = `sha256:${digit.repeat(64)}` as const;
      return candidateName({ plan, target: "release", release: "release", imageId: id }).tag;
    });
    expect(tags).toEqual(["candidate-c0ffee-111111111111", "candidate-c0ffee-222222222222"]);
  });

  it("keeps the image in its name when the commit has a long one", () => {
    const commit = "c0ffee".repeat(11);
    expect(nameOf("release", { settings: wishes, commit })).toMatch(/-abcdef012345$/);
  });

  it("is named by the image where there is no commit", () => {
    expect(nameOf("release", { settings: wishes })).toMatch(/:candidate-abcdef012345$/);
  });

  it("may be elsewhere, and may have a tag of its own", () => {
    const elsewhere = { settings: { ...wishes, candidate: "registry.example/waiting" }, commit: "c0ffee" };
    expect(nameOf("release", elsewhere)).toBe("registry.example/waiting:candidate-c0ffee-abcdef012345");
    const tagged = { settings: { ...wishes, candidate: "registry.example/waiting:job-7" }, commit: "c0ffee" };
    expect(nameOf("release", tagged)).toBe("registry.example/waiting:job-7");
    expect(nameOf("a b", tagged)).toBe("registry.example/waiting:job-7-a-b");
  });

  it("needs no tags: branches without a release push too", () => {
    const settings = { ...wishes, repository: "registry.example/app", floating: [] };
    expect(planCandidate({ settings })).toMatchObject({ repository: { repository: "app" } });
  });

  it("never has a tag of the release: its push would set that before any test", async () => {
    const pushAs = (candidate: string | undefined, changes: Partial<ReleaseWishes>) => () =>
      planCandidate({ settings: { ...wishes, candidate, ...changes }, commit: "c0ffee" });
    const here = "registry.example:5000/team/app";
    for (const collision of [
      pushAs(`${here}:v1`, { tags: ["v1"] }),
      pushAs(`${here}:latest`, {}),
      pushAs(`Registry.example:5000/team/app:latest`, {}),
      pushAs(`${here}:v1`, { tags: ["v1-test"] }),
      pushAs(undefined, { tags: ["candidate-c0ffee-abcdef012345"] }),
      pushAs(undefined, { floating: ["candidate/c0ffee"] }),
    ])
      await expect(collision).toThrowWithCode("RELEASE_TAGS_COLLIDE");
    expect(pushAs("registry.example:5000/waiting/app:v1", { tags: ["v1"] })().tag).toBe("v1");
    expect(pushAs(`${here}:v1`, { tags: ["v1.2"] })().tag).toBe("v1");
  });
});
