import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Readable } from "node:stream";
import { extract, pack } from "tar-stream";
import { expect, test } from "vitest";
import { type ContractContext, readAll } from "./contract-context.ts";

export function describeImages(context: () => ContractContext): void {
  test("an image that is not there is undefined, and removing it is fine", async () => {
    const { engine, signal, name } = context();
    expect(await engine.images.inspect(name("none"), signal)).toBeUndefined();
    expect(await engine.images.inspect(`sha256:${"0".repeat(64)}`, signal)).toBeUndefined();
    await engine.images.remove(name("none"), signal);
  });

  test("an image is found by its id and by every name, until its names are removed", async () => {
    const { engine, signal, name, labels } = context();
    const first = `${name("named")}:1`;
    await engine.images.load(tarOf({ "a.txt": "a" }), { reference: first, labels, signal });
    const image = await engine.images.inspect(first, signal);
    if (image === undefined) throw new Error("the image was not loaded");
    await engine.images.tag(image.id, `${name("named")}:2`, signal);
    expect((await engine.images.inspect(`${name("named")}:2`, signal))?.id).toBe(image.id);
    expect((await engine.images.inspect(image.id, signal))?.layers).toEqual(image.layers);
    await engine.images.remove(first, signal);
    expect(await engine.images.inspect(first, signal)).toBeUndefined();
    expect((await engine.images.inspect(image.id, signal))?.id).toBe(image.id);
    await engine.images.remove(`${name("named")}:2`, signal);
    expect(await engine.images.inspect(image.id, signal)).toBeUndefined();
  });

  test("a tar becomes an image of one layer with the labels given, whatever they hold", async () => {
    const { engine, signal, name, labels } = context();
    const own = { ...labels, "seatrial.contract.odd": 'a "quoted" $HOME \\ and = sign' };
    const reference = `${name("loaded")}:1`;
    await engine.images.load(tarOf({ "a.txt": "a" }), { reference, labels: own, signal });
    const image = await engine.images.inspect(reference, signal);
    expect(image?.layers).toHaveLength(1);
    expect(image?.config.labels).toEqual(own);
    const [listed, ...others] = await engine.images.list(own, signal);
    expect(others).toEqual([]);
    expect(listed).toMatchObject({ id: image?.id, references: [reference], labels: own });
    await engine.images.remove(reference, signal);
  });

  test("tagging an image that is not there fails", async () => {
    const { engine, signal, name } = context();
    await expect(engine.images.tag(`sha256:${"0".repeat(64)}`, name("nothing"), signal)).toThrowWithCode(
      "IMAGE_NOT_FOUND",
    );
  });

  test("pushing an image that is not there fails, and so does pushing a digest", async () => {
    const { engine, signal, name } = context();
    const options = { onProgress: () => undefined, signal };
    await expect(engine.images.push(`${name("nothing")}:1`, options)).toThrowWithCode("IMAGE_NOT_FOUND");
    const digest = `${name("nothing")}@sha256:${"0".repeat(64)}`;
    await expect(engine.images.push(digest, options)).toThrowWithCode("IMAGE_PUSH_FAILED");
  });

  test("a commit keeps the container's files, not those of its volumes and tmpfs", async () => {
    const { engine, signal, spec, subject, name, labels, launch, run } = context();
    const files = { "/kept/a": "in the image", "/volume/b": "in a volume", "/memory/c": "in memory" };
    const { id, stream, exit } = await launch(
      spec(subject.argv.writeThenEcho(files), {
        mounts: [
          { kind: "anonymous", target: "/volume" },
          { kind: "tmpfs", target: "/memory" },
        ],
      }),
    );
    // Its echo says that the files are written.
    stream.write("ready");
    expect(String((await stream[Symbol.asyncIterator]().next()).value)).toBe("ready");
    const reference = `${name("commit")}:1`;
    const own = {
      "seatrial.contract": labels["seatrial.contract"] ?? "",
      "seatrial.contract.case": "commit",
    };
    const image = await engine.images.commit(id, { reference, labels: own, signal });
    stream.destroy();
    await exit;
    expect(image.config.labels).toMatchObject(own);
    const read = async (path: string) =>
      (await run(spec(subject.argv.read(path), { image: image.id }))).stdout;
    expect(await read("/kept/a")).toBe("in the image");
    expect(await read("/volume/b")).toBe("missing");
    expect(await read("/memory/c")).toBe("missing");
    // A nameless volume shows what the image has at its place, unless it is to be empty.
    const readBelow = async (empty: boolean) => {
      const mounts = [{ kind: "anonymous", target: "/kept", empty } as const];
      return (await run(spec(subject.argv.read("/kept/a"), { image: image.id, mounts }))).stdout;
    };
    expect(await readBelow(false)).toBe("in the image");
    expect(await readBelow(true)).toBe("missing");
    expect((await engine.images.list(own, signal)).map((each) => each.id)).toEqual([image.id]);
    await engine.images.remove(reference, signal);
  });

  test("labels of a container do not become labels of its commit", async () => {
    const { engine, signal, spec, subject, name, labels } = context();
    const id = await engine.workloads.create(
      spec(subject.argv.echo, { labels: { ...labels, "seatrial.contract.run": "r1" } }),
      signal,
    );
    const reference = `${name("labels")}:1`;
    const image = await engine.images.commit(id, { reference, labels, signal });
    expect(image.config.labels["seatrial.contract.run"] ?? "").toBe("");
    expect(image.config.labels).toMatchObject(labels);
    await engine.workloads.remove(id, signal);
    await engine.images.remove(reference, signal);
  });

  test("an image in use stays when it is asked to go", async () => {
    const { engine, signal, spec, subject, name, labels, launch } = context();
    const base = await engine.workloads.create(spec(subject.argv.echo), signal);
    const reference = `${name("used")}:1`;
    const image = await engine.images.commit(base, { reference, labels, signal });
    await engine.workloads.remove(base, signal);
    const { stream, exit } = await launch(spec(subject.argv.echo, { image: image.id }));
    await engine.images.remove(reference, signal);
    expect((await engine.images.inspect(image.id, signal))?.id).toBe(image.id);
    stream.end();
    await readAll(stream);
    await exit;
    await engine.images.remove(reference, signal);
    expect(await engine.images.inspect(image.id, signal)).toBeUndefined();
  });

  test("an export holds the layers of each image, whose digests are its diff ids, and its configuration", async () => {
    const { engine, signal, name, labels } = context();
    const references = [`${name("exported")}:1`, `${name("exported")}:2`];
    const images = [];
    for (const reference of references) {
      const own = { ...labels, "seatrial.contract.case": reference };
      await engine.images.load(tarOf({ "a.txt": reference }), { reference, labels: own, signal });
      const image = await engine.images.inspect(reference, signal);
      images.push({ id: image?.id ?? "", layers: image?.layers });
    }
    const files = await filesOf(
      await engine.images.export(
        images.map(({ id }) => id),
        signal,
      ),
    );
    const manifests = JSON.parse(String(files.get("manifest.json"))) as {
      Config: string;
      Layers: string[];
    }[];
    const found = manifests.map(({ Config, Layers }) => {
      const config = JSON.parse(String(files.get(Config)));
      const digests = Layers.map((layer) => `sha256:${sha256(files.get(layer))}`);
      expect(config.rootfs.diff_ids).toEqual(digests);
      return digests;
    });
    expect(found.sort()).toEqual(images.map(({ layers }) => layers).sort());
    for (const reference of references) await engine.images.remove(reference, signal);
  });

  test("an image that is not there cannot be exported", async () => {
    const { engine, signal } = context();
    await expect(engine.images.export([`sha256:${"0".repeat(64)}`], signal)).toThrowWithCode(
      "IMAGE_NOT_FOUND",
    );
  });

  test("committing a container that is not there fails", async () => {
    const { engine, signal, name, labels } = context();
    await expect(
      engine.images.commit("f".repeat(64), { reference: `${name("none")}:1`, labels, signal }),
    ).toThrowWithCode("WORKLOAD_NOT_FOUND");
  });
}

function tarOf(files: Record<string, string>): NodeJS.ReadableStream {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  return tar as unknown as NodeJS.ReadableStream;
}

/** By name; links are what they point to. */
async function filesOf(tar: Readable): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const links: [string, string][] = [];
  for await (const entry of tar.pipe(extract())) {
    const { name, type, linkname } = entry.header;
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    if (type === "symlink") links.push([name, posix.join(posix.dirname(name), linkname ?? "")]);
    else files.set(name, Buffer.concat(chunks));
  }
  for (const [name, target] of links) files.set(name, files.get(target) ?? Buffer.alloc(0));
  return files;
}

function sha256(content: Buffer | undefined): string {
  return createHash("sha256")
    .update(content ?? "")
    .digest("hex");
}
