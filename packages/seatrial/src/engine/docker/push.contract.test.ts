import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseReference, readManifest } from "../../registry/index.ts";
import { connectRegistries } from "../../registry/oci/index.ts";
import { type RealRegistry, startDockerRegistry } from "../../registry/testing/real-registry.ts";
import { useContext } from "../testing/contract-context.ts";
import { connectDocker, resolveEndpoint } from "./index.ts";
import { realEngine } from "./testing/real-engine.ts";

describe("pushing from a real Docker Engine to a registry with a login", () => {
  const context = useContext(realEngine);
  let real: RealRegistry | undefined;
  const registry = () => {
    if (real === undefined) throw new Error("the registry does not run");
    return real;
  };
  beforeAll(async () => {
    real = await startDockerRegistry();
  });
  afterAll(async () => await real?.[Symbol.asyncDispose]());

  test("the registry has the image that was pushed, under the digest that the engine says", async () => {
    const { engine, signal, labels, name } = context();
    const { environment } = registry();
    const reference = `${registry().registry}/team/${name("pushed")}:1`;
    const tar = pack();
    tar.entry({ name: "a.txt" }, name("content"));
    tar.finalize();
    await engine.images.load(tar as unknown as NodeJS.ReadableStream, { reference, labels, signal });
    const image = await engine.images.inspect(reference, signal);

    await using pushing = connectDocker({ endpoint: await resolveEndpoint(process.env), environment });
    const notes: string[] = [];
    const onProgress = (note: string) => void notes.push(note);
    const pushed = await pushing.images.push(reference, { onProgress, signal });
    expect(notes.at(-1)).toMatch(/^1 of 1 layers/);
    expect((await engine.images.inspect(reference, signal))?.repoDigests).toEqual([
      reference.replace(/:1$/, `@${pushed.digest}`),
    ]);

    await using client = connectRegistries({ environment });
    const repository = client.repository(parseReference(reference));
    const found = await repository.manifests.resolve("1", signal);
    expect(found).toMatchObject({ digest: pushed.digest, size: pushed.size });
    const manifest = await repository.manifests.get(pushed.digest, signal);
    const content = manifest && readManifest(manifest, "it");
    expect(content).toMatchObject({ kind: "image", config: { digest: image?.id } });
    await engine.images.remove(reference, signal);
  });

  test("without the login it is denied, and the error says where one was looked for", async () => {
    const { engine, signal, subject, name } = context();
    const reference = `${registry().registry}/team/${name("denied")}:1`;
    await engine.images.tag(subject.image, reference, signal);
    const environment = { ...process.env, DOCKER_CONFIG: "/nonexistent/docker" };
    await using pushing = connectDocker({ endpoint: await resolveEndpoint(process.env), environment });
    const pushingIt = pushing.images.push(reference, { onProgress: () => undefined, signal });
    await expect(pushingIt).toThrowWithCode("IMAGE_PUSH_DENIED");
    await expect(pushingIt).rejects.toThrow("/nonexistent/docker/config.json");
    await engine.images.remove(reference, signal);
  });

  test("a registry that is not there is told from one that denies", async () => {
    const { engine, signal, subject, name } = context();
    const reference = `127.0.0.1:1/team/${name("away")}:1`;
    await engine.images.tag(subject.image, reference, signal);
    const pushing = engine.images.push(reference, { onProgress: () => undefined, signal });
    await expect(pushing).toThrowWithCode("REGISTRY_UNREACHABLE");
    await engine.images.remove(reference, signal);
  });
});
