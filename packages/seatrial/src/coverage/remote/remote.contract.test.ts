import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agentBinary } from "../../agent/index.ts";
import { type DockerServer, startDockerServer } from "../../spaces/testing/docker-server.ts";
import { type Forward, forward } from "../../spaces/testing/forward.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { runWithGo } from "../formats/go/testing/go-shell.ts";
import { openStorage } from "./open-storage.ts";
import { pullUnits } from "./pull/pull-units.ts";
import type { Variables } from "./storage.ts";
import { unitOf } from "./testing/unit.ts";

const AGENT = fileURLToPath(new URL("../../../../../agent", import.meta.url));
const signal = new AbortController().signal;

/** Names as Go and Node write them, among them such that need escaping in each of URLs, XML and signatures. */
const UNIT = unitOf(
  { run: "contract", service: "orders" },
  {
    profiles: {
      "go/covmeta.0f": "meta data",
      "go/empty": "",
      "go/large": randomBytes(3_000_000).toString("latin1"),
      "sources/app/[id] a+b&c=d%20e!'()*ü~.js": "odd",
      "sources/app/<x>.js": "odder",
    },
  },
);

/** The agent's own tests. */
let compiled: Awaited<ReturnType<typeof createFolder>>;
beforeAll(async () => {
  compiled = await createFolder({});
  await cp(AGENT, compiled.path, { recursive: true, filter: (source) => source !== path.join(AGENT, "bin") });
  const script = "go test -c -o agent.test .";
  await runWithGo({ toolchain: "local", folder: compiled.path, script });
}, 600_000);
afterAll(async () => await compiled[Symbol.asyncDispose]());

/** Has the agent's own code put the files below a folder to an address. */
async function put(address: string, folder: string, environment: Variables): Promise<void> {
  const env = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    ...environment,
    SEATRIAL_STORE: address,
    SEATRIAL_STORE_FOLDER: folder,
  };
  const argv = ["-test.run", "^TestRealStorageTakesFiles$"];
  const tests = path.join(compiled.path, "agent.test");
  await promisify(execFile)(tests, argv, { cwd: compiled.path, env }).catch((error: { stdout?: string }) => {
    throw new Error(error.stdout);
  });
}

/** Puts a unit as the wrapper does, and pulls it. */
async function thereAndBack(address: string, environment: Variables) {
  await using from = await createFolder(UNIT);
  await put(address, from.path, environment);
  await using into = await createFolder({});
  const pulled = await pullUnits({
    from: address,
    into: into.path,
    run: "contract",
    environment,
    cwd: "/",
    signal,
  });
  expect(pulled.problems).toEqual([]);
  expect(pulled.units).toMatchObject([{ service: "orders", ended: true, files: 5, fetched: 5 }]);
  for (const [key, text] of Object.entries(UNIT))
    expect(await readFile(`${into.path}/${key.replace("run/", "")}`, "utf8")).toBe(text);
}

interface Subject {
  real: DockerServer;
  way: Forward;
  origin: string;
}

async function start(image: string, port: number, command: string[]): Promise<Subject> {
  const real = await startDockerServer({ owner: "cover-store", image, port, command });
  const way = await forward(real.server, port);
  return { real, way, origin: `http://127.0.0.1:${way.port}` };
}

async function stop({ way, real }: Subject): Promise<void> {
  await way[Symbol.asyncDispose]();
  await real[Symbol.asyncDispose]();
}

const makeBucket = (subject: Subject, command: string[]) =>
  subject.real.server.run({ argv: command, mergeOutput: true }, signal).then((running) => running.exit);

describe("rclone, which checks signatures", () => {
  const keys = { AWS_ACCESS_KEY_ID: "st-key", AWS_SECRET_ACCESS_KEY: "st-secret/with+signs" };
  let subject: Subject;
  beforeAll(async () => {
    subject = await start("rclone/rclone:1", 8080, [
      "serve",
      "s3",
      "--addr",
      ":8080",
      "--auth-key",
      "st-key,st-secret/with+signs",
      "/data",
    ]);
    expect(await makeBucket(subject, ["/usr/bin/mkdir", "-p", "/data/coverage"])).toMatchObject({ code: 0 });
  }, 120_000);
  afterAll(async () => await stop(subject));

  it("takes what the wrapper puts, and gives it back", async () => {
    await thereAndBack(`s3://coverage/some prefix/ü?endpoint=${subject.origin}`, keys);
  });

  it("takes what the wrapper itself puts for a program that it ran", async () => {
    const address = `s3://coverage/wrapped?endpoint=${subject.origin}`;
    const architecture = process.arch === "x64" ? "amd64" : process.arch;
    const app = [
      "/bin/sh",
      "-c",
      'printf meta > "$GOCOVERDIR/covmeta.0123456789abcdef0123456789abcdef"; exit 3',
    ];
    const argv = ["cover", "--to", address, "--run", "wrapped", "--service", "orders", "--", ...app];
    const env = { PATH: process.env["PATH"], ...keys };
    const wrapped = promisify(execFile)(await agentBinary(`linux/${architecture}`), argv, { env });
    await expect(wrapped).rejects.toMatchObject({ code: 3 });
    await using into = await createFolder({});
    const pulled = await pullUnits({ from: address, into: into.path, environment: keys, cwd: "/", signal });
    expect(pulled.units).toMatchObject([
      { run: "wrapped", service: "orders", ended: true, files: 1, fetched: 1 },
    ]);
    expect(pulled.problems).toEqual([]);
  });

  it("lets nobody in with other keys", async () => {
    const address = `s3://coverage?endpoint=${subject.origin}`;
    const wrong = { ...keys, AWS_SECRET_ACCESS_KEY: "other" };
    await using from = await createFolder(UNIT);
    await expect(put(address, from.path, wrong)).rejects.toThrow(
      /temporary: false.*403 SignatureDoesNotMatch.*AWS_ACCESS_KEY_ID/s,
    );
    using storage = await openStorage({ address, environment: wrong, cwd: "/" });
    await expect(storage.get("x", signal)).rejects.toThrow(/403 SignatureDoesNotMatch/);
  });

  it("says so when there is no such bucket", async () => {
    const address = `s3://nothing?endpoint=${subject.origin}`;
    await using from = await createFolder(UNIT);
    await expect(put(address, from.path, keys)).rejects.toThrow(/404 NoSuchBucket/);
    await using into = await createFolder({});
    const pulling = pullUnits({ from: address, into: into.path, environment: keys, cwd: "/", signal });
    await expect(pulling).toThrowWithCode("COVERAGE_STORAGE_REFUSED");
  });
});

describe("moto, which has security tokens too", () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await start("motoserver/moto:5", 5000, []);
    const made = await fetch(`${subject.origin}/coverage`, {
      method: "PUT",
      headers: { authorization: "AWS test/us-east-1/s3" },
    });
    expect(made.status).toBe(200);
  }, 120_000);
  afterAll(async () => await stop(subject));

  it("takes what the wrapper puts, and gives it back", async () => {
    const keys = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
    await thereAndBack(`s3://coverage/p?endpoint=${subject.origin}`, keys);
  });

  it("gives keys of a role for a web identity, to both sides", async () => {
    await using folder = await createFolder({ token: "header.claims.signature" });
    const role = {
      AWS_WEB_IDENTITY_TOKEN_FILE: `${folder.path}/token`,
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/cover",
      AWS_ENDPOINT_URL: subject.origin,
    };
    await thereAndBack("s3://coverage/by-role", role);
  });
});

/** Python's own web server, which lists folders, taught to take PUT. */
const PYTHON = `
import http.server, os
class Handler(http.server.SimpleHTTPRequestHandler):
  def do_PUT(self):
    path = self.translate_path(self.path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file: file.write(self.rfile.read(int(self.headers["content-length"])))
    self.send_response(201)
    self.end_headers()
os.makedirs("/tmp/store"); os.chdir("/tmp/store")
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
`;

describe("Python's web server", () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await start("python:3.13-slim", 8080, ["python", "-c", PYTHON]);
  }, 120_000);
  afterAll(async () => await stop(subject));

  it("takes what the wrapper puts, and is listed by its pages", async () => {
    await thereAndBack(`${subject.origin}/below`, {});
  });
});
