import { describe, expect, test } from "vitest";
import { createMemoryEngine } from "../engine/memory/index.ts";
import type { ImageIdentity, ImageSource } from "../model/index.ts";
import { resolveImage } from "./image.ts";

const signal = new AbortController().signal;
const ANYWHERE = { reference: "db:1", config: { user: "app" } };

function resolve(options: {
  source: ImageSource;
  held?: boolean;
  published?: boolean;
  built?: ReadonlyMap<string, ImageIdentity>;
}) {
  const notes: string[] = [];
  const engine = createMemoryEngine({
    images: options.held === true ? [ANYWHERE] : [],
    registry: options.published === true ? [ANYWHERE] : [],
  });
  const image = resolveImage({
    subject: "service db",
    source: options.source,
    engine,
    built: options.built ?? new Map(),
    onNote: (note) => void notes.push(note),
    signal,
  });
  return { image, notes, engine };
}

const reference = (pull: "missing" | "always" | "never"): ImageSource => ({
  kind: "reference",
  reference: "db:1",
  pull,
});

describe("an image by reference", () => {
  test.each([
    { pull: "missing", held: true, pulled: false },
    { pull: "missing", held: false, pulled: true },
    { pull: "always", held: true, pulled: true },
    { pull: "never", held: true, pulled: false },
  ] as const)("with pull_policy $pull, held: $held, is pulled: $pulled", async ({ pull, held, pulled }) => {
    const { image, notes } = resolve({ source: reference(pull), held, published: true });
    expect((await image).config.user).toBe("app");
    expect(notes.length > 0).toBe(pulled);
  });

  test("that may not be pulled and is not held is a mistake of the file, with the command that mends it", async () => {
    const { image } = resolve({ source: reference("never"), published: true });
    await expect(image).rejects.toMatchObject({
      code: "SERVICE_NOT_STARTED",
      exitCode: 2,
      hint: "docker pull db:1",
    });
  });

  test("that nobody has fails as the engine says", async () => {
    await expect(resolve({ source: reference("missing") }).image).toThrowWithCode("IMAGE_NOT_FOUND");
  });
});

describe("an image of this run's build", () => {
  test("is taken by id, never by a name", async () => {
    const { engine } = resolve({ source: reference("missing"), held: true });
    const id = (await engine.images.inspect("db:1", signal))?.id ?? "sha256:";
    const identity: ImageIdentity = {
      target: "release",
      imageId: id,
      layers: [],
      platform: "linux/amd64",
      size: 1,
      standIn: false,
    };
    const image = await resolveImage({
      subject: "suite unit",
      source: { kind: "target", target: "release" },
      engine,
      built: new Map([["release", identity]]),
      onNote: () => undefined,
      signal,
    });
    expect(image.id).toBe(id);
  });

  test("that was not built is a bug of ours, not the user's mistake", async () => {
    const { image } = resolve({ source: { kind: "target", target: "release" } });
    await expect(image).rejects.toThrow("target release of service db was not built");
    await expect(image).rejects.not.toHaveProperty("code");
  });
});
