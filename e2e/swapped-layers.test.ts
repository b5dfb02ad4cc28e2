import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commit } from "./support/checkout.ts";
import { docker } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";
import { type PrivateRegistry, privateRegistry } from "./support/registry.ts";
import { smallBase } from "./support/small-base.ts";

const named = projectNames("swapped");
let registry: PrivateRegistry;
let base: string;
beforeAll(async () => {
  base = await smallBase();
  registry = await privateRegistry();
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
});

function files(name: string): Record<string, string> {
  return {
    Dockerfile: `
      FROM ${base} AS release
      RUN echo ${name} > /app
    `,
    "seatrial.yaml": `
      name: ${name}
      image: { release: release }
      suites:
        smoke: { command: [grep, -q, ${name}, /app] }
      release:
        repository: ${registry.host}/${name}
        tags: [v1]
    `,
  };
}

async function run(folder: TestProject, ...args: string[]) {
  const ended = await seatrial(args, { cwd: folder.folder, env: registry.env });
  return { ...ended, all: `${ended.stdout}${ended.stderr}` };
}

interface Entry {
  digest: string;
  reference: string;
  imageId: string;
}

const imagesFile = (folder: TestProject) => `${folder.folder}/.seatrial/images.json`;

async function pushedImage(folder: TestProject): Promise<Entry> {
  const { images } = JSON.parse(await readFile(imagesFile(folder), "utf8")) as { images: [Entry] };
  return images[0];
}

const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Puts a manifest beside an image: the same configuration, with a last layer that nobody has tested. */
async function putEvil(name: string, image: Entry, folder: TestProject): Promise<string> {
  const { json: manifest, type } = await registry.get(`/v2/${name}/manifests/${image.digest}`);
  await folder.write("evil/app", "evil\n");
  const { stdout } = await promisify(execFile)("tar", ["-C", `${folder.folder}/evil`, "-c", "app"], {
    encoding: "buffer",
  });
  const layer = gzipSync(stdout);
  const upload = await registry.send("POST", `/v2/${name}/blobs/uploads/`);
  const to = new URL(upload.headers.get("location") ?? "", `http://${registry.host}`);
  to.searchParams.set("digest", digestOf(layer));
  await registry.send("PUT", to.href, { type: "application/octet-stream", body: layer });
  const layers = manifest["layers"] as { digest: string; size: number }[];
  const last = { ...layers.at(-1), digest: digestOf(layer), size: layer.length };
  const body = Buffer.from(JSON.stringify({ ...manifest, layers: [...layers.slice(0, -1), last] }));
  const { tags } = (await registry.get(`/v2/${name}/tags/list`)).json as { tags: string[] };
  for (const tag of tags) await registry.send("PUT", `/v2/${name}/manifests/${tag}`, { type, body });
  return digestOf(body);
}

describe("other layers under the tested configuration", () => {
  it("are released neither as the candidate's tag, nor in the list of pushed images, nor by --image", async () => {
    const name = named("layers");
    await using folder = await project(files(name));
    await using elsewhere = await project({});
    await commit(folder.folder);
    const built = await run(folder, "build", "--push");
    expect(built.code, built.all).toBe(0);
    const good = await pushedImage(folder);
    const list = await readFile(imagesFile(folder), "utf8");

    const evil = await putEvil(name, good, elsewhere);
    const reference = `${registry.host}/${name}@${evil}`;
    // This engine holds the configuration: it takes the manifest for the same image, and looks at none of its layers.
    await docker("--config", registry.env["DOCKER_CONFIG"] ?? "", "pull", "--quiet", reference);
    expect(await docker("inspect", "--format", "{{.Id}}", reference)).toBe(good.imageId);

    const isRefused = async (...args: string[]) => {
      const refused = await run(folder, "release", ...args);
      expect(refused.code, refused.all).toBe(1);
      expect(refused.all).toContain("IMAGE_SWAPPED");
      expect((await registry.get(`/v2/${name}/manifests/v1`)).status).toBe(404);
    };
    await writeFile(imagesFile(folder), list.replaceAll(good.digest, evil));
    const tested = await run(folder, "test", "--images", ".seatrial/images.json");
    expect(tested.code, tested.all).toBe(0);
    await isRefused("--images", ".seatrial/images.json");
    await isRefused("--image", reference);
    await isRefused("--image", reference, "--dry-run");

    const again = await run(folder, "build", "--push");
    expect(again.code, again.all).toBe(0);
    expect(await pushedImage(folder)).toEqual(good);
    const released = await run(folder, "release");
    expect(released.code, released.all).toBe(0);
    expect((await registry.get(`/v2/${name}/manifests/v1`)).digest).toBe(good.digest);
  });
});
