import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import tar from "tar-stream";
import { describe, expect, it } from "vitest";
import { agentError } from "../../agent/index.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { coverageProblem } from "../errors.ts";
import { countersBytes } from "../formats/go/testing/profiles.ts";
import { add } from "../formats/go/testing/programs.ts";
import { agentWith, containerWith, endWith, takeFrom } from "../testing/containers.ts";

const COUNTERS = countersBytes("0".repeat(32), {
  args: { argc: "1", argv0: "/app" },
  segments: [[add(1, 2, 3)]],
});
const digest = (text: string | Buffer) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const codes = (manifest: { problems: { code: string }[] }) => manifest.problems.map(({ code }) => code);

/** A tar of files of a megabyte, made while it is read. */
function* largeArchive(files: number): Generator<Buffer> {
  const block = Buffer.alloc(1_000_000, 1);
  for (let at = 0; at < files; at += 1) {
    const header = Buffer.alloc(512);
    header.write(`llvm/${at}.profraw`, 0);
    header.write("0000644\0", 100);
    header.write(`${block.length.toString(8).padStart(11, "0")} `, 124);
    header.write("00000000000 ", 136);
    header.write("        0", 148);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    yield header;
    yield block;
    yield Buffer.alloc((512 - (block.length % 512)) % 512);
  }
  yield Buffer.alloc(1024);
}

describe("a unit", () => {
  it("has what a container left, each with its digest, and a manifest that says so", async () => {
    await using place = await createFolder({});
    const manifest = await takeFrom({
      folder: `${place.path}/api/1/1`,
      files: {
        "go/covmeta.aa": "meta",
        "go/covcounters.aa.7.9": COUNTERS,
        "python/seatrial.host.7.Xab": "data",
      },
      changes: {
        end: endWith({ argv: ["/app/server", "--password=hunter2"], exit: { code: 0, signal: null } }),
      },
    });
    expect(manifest.files).toEqual(
      expect.arrayContaining([
        { path: "go/covcounters.aa.7.9", bytes: COUNTERS.length, digest: digest(COUNTERS) },
        { path: "python/seatrial.host.7.Xab", bytes: 4, digest: digest("data") },
      ]),
    );
    expect(manifest).toMatchObject({
      run: "r1",
      service: "api",
      source: "api",
      commit: "abc",
      argv: ["/app/server", "--password=[redacted]"],
      workingDir: "/app",
      exit: { code: 0, signal: null },
      problems: [],
    });
    const written = JSON.parse(await readFile(`${place.path}/api/1/1/manifest.json`, "utf8"));
    expect(written.files.map((file: { path: string }) => file.path)).toEqual([
      "go/covcounters.aa.7.9",
      "go/covmeta.aa",
      "python/seatrial.host.7.Xab",
    ]);
    expect(await readFile(`${place.path}/api/1/1/go/covmeta.aa`, "utf8")).toBe("meta");
  });

  it("has no files that only pass by, and none of ours", async () => {
    await using place = await createFolder({});
    const manifest = await takeFrom({
      folder: place.path,
      files: {
        "go/covmeta.aa": "meta",
        "go/covcounters.aa.7.9": COUNTERS,
        "go/tmp.covmeta.aa1": "half",
        "python/seatrial.h.1.X-journal": "j",
        "notes/python.0": "started 7 7.6\nsaved 7 end\n",
      },
    });
    expect(manifest.files.map((file) => file.path).sort()).toEqual([
      "go/covcounters.aa.7.9",
      "go/covmeta.aa",
    ]);
    expect(manifest.problems).toEqual([]);
    expect(existsSync(`${place.path}/notes`)).toBe(false);
    expect(existsSync(`${place.path}/.hooks`)).toBe(false);
  });

  it("leaves out names that no tool gives to profiles, and says so", async () => {
    await using place = await createFolder({});
    const manifest = await takeFrom({
      folder: place.path,
      files: {
        "go/covmeta.aa": "meta",
        "go/covcounters.aa.7.9": COUNTERS,
        "go/covmeta.a\nb": "?",
        "python/a b": "?",
        "manifest.json": "{}",
        "exports/python.json": "{}",
        "sources/etc/passwd": "?",
        "llvm/deep/x.profraw": "?",
      },
    });
    expect(manifest.files).toHaveLength(2);
    expect(codes(manifest)).toEqual(["COVERAGE_NOT_TAKEN"]);
    expect(manifest.problems[0]?.message).toMatch(/these are no profiles: .* and 3 more/);
    expect((await readdir(place.path)).sort()).toEqual(["go", "manifest.json"]);
    expect(JSON.parse(await readFile(`${place.path}/manifest.json`, "utf8")).run).toBe("r1");
  });

  it("takes nothing that an archive wants to put elsewhere, and no links", async () => {
    await using place = await createFolder({});
    const pack = tar.pack();
    pack.entry({ name: "../go/covmeta.aa" }, "evil");
    pack.entry({ name: "/go/covmeta.bb" }, "evil");
    pack.entry({ name: "go/covmeta.cc", type: "symlink", linkname: "../../../secret" });
    pack.entry({ name: "go/covmeta.dd", type: "link", linkname: "/etc/passwd" });
    pack.entry({ name: "go/covmeta.ee" }, "meta");
    pack.entry({ name: "go/covcounters.ee.1.2" }, COUNTERS);
    pack.finalize();
    const agent = agentWith({ "/seatrial-coverage/go/covmeta.ee": "meta" });
    const folder = `${place.path}/in/unit`;
    const manifest = await takeFrom({
      folder,
      agent: { files: { ...agent.files, get: async () => Readable.from(pack) } },
    });
    expect(manifest.files.map((file) => file.path)).toEqual(["go/covmeta.ee", "go/covcounters.ee.1.2"]);
    expect(codes(manifest)).toContain("COVERAGE_NOT_TAKEN");
    expect(await readdir(`${folder}/go`)).toHaveLength(2);
    expect(await readdir(`${place.path}/in`)).toEqual(["unit"]);
  });

  it("has no counters of Go that are broken, which may hold secrets, and says so instead of guessing", async () => {
    await using place = await createFolder({});
    const args = { argc: "2", argv0: "/app", argv1: "--password=hunter2" };
    const whole = countersBytes("0".repeat(32), { args, segments: [[add(1, 2, 3)]] });
    const cut = whole.subarray(0, whole.length - 3);
    const files = { "go/covmeta.aa": "meta", "go/covcounters.aa.7.9": whole, "go/covcounters.aa.8.9": cut };
    const manifest = await takeFrom({ folder: `${place.path}/some`, files });
    expect(manifest.files.map((file) => file.path).sort()).toEqual([
      "go/covcounters.aa.7.9",
      "go/covmeta.aa",
    ]);
    expect(manifest.problems).toMatchObject([
      {
        code: "COVERAGE_PROFILE_INVALID",
        message: expect.stringContaining("go/covcounters.aa.8.9 is no whole Go profile") as string,
        subject: "api",
      },
    ]);
    expect(await readFile(`${place.path}/some/go/covcounters.aa.7.9`, "latin1")).not.toContain("hunter2");
    expect(await readdir(`${place.path}/some/go`)).toHaveLength(2);
    // Where they are all there was, the program did write its counters.
    const without = { "go/covmeta.aa": "meta", "go/covcounters.aa.8.9": cut };
    const less = await takeFrom({ folder: `${place.path}/none`, files: without });
    expect(codes(less)).toEqual(["COVERAGE_PROFILE_INVALID"]);
  });

  it("says what its agent may not read", async () => {
    await using place = await createFolder({});
    const agent = agentWith({
      "/seatrial-coverage/node/coverage-1-2-0.json": '{"result":[]}',
      "/seatrial-coverage/go/x": "",
    });
    const empty = () => {
      const pack = tar.pack();
      pack.finalize();
      return Readable.from(pack);
    };
    const manifest = await takeFrom({
      folder: place.path,
      agent: { files: { ...agent.files, get: async () => empty() } },
    });
    expect(manifest.problems[0]?.message).toContain('may not read "node/coverage-1-2-0.json"');
  });

  it("streams 100 MB of profiles to disk, and stops at its limit", async () => {
    await using place = await createFolder({});
    const archive = () => Readable.from(largeArchive(100), { objectMode: false });
    const agent = agentWith({ "/seatrial-coverage/llvm/0.profraw": "" });
    const take = (limits?: { bytes: number; files: number }) =>
      takeFrom({
        folder: `${place.path}/${limits?.files ?? 0}`,
        agent: { files: { ...agent.files, get: async () => archive() } },
        changes: { limits },
      });
    const before = process.memoryUsage().rss;
    const whole = await take();
    expect(process.memoryUsage().rss - before).toBeLessThan(80_000_000);
    expect(whole.files).toHaveLength(100);
    expect(whole.problems).toEqual([]);
    const part = await take({ bytes: 1_000_000_000, files: 10 });
    expect(part.files).toHaveLength(10);
    expect(part.problems[0]?.message).toContain("or 10 files");
  });

  it("is there, with what it has and why there is no more, when the agent is lost on the way", async () => {
    await using place = await createFolder({});
    const agent = agentWith({ "/seatrial-coverage/go/covmeta.aa": "meta" });
    const lost = async () => {
      throw agentError({ code: "AGENT_LOST", message: "lost the agent: the container ended" });
    };
    const manifest = await takeFrom({
      folder: place.path,
      agent: { files: { ...agent.files, get: lost } },
    });
    expect(manifest.files).toEqual([]);
    expect(codes(manifest)).toEqual(["COVERAGE_NOT_TAKEN"]);
    expect(manifest.problems[0]?.message).toContain("the container ended");
  });

  it("is there when the agent does not answer any more", async () => {
    await using place = await createFolder({});
    const agent = agentWith({ "/seatrial-coverage/go/covmeta.aa": "meta" });
    const manifest = await takeFrom({
      folder: place.path,
      agent: { files: { ...agent.files, get: () => new Promise(() => undefined) } },
      changes: { deadline: 100 },
    });
    expect(manifest.problems[0]?.message).toContain("within 0.1 s");
  });

  it("is not there, and an error is, when this machine's disk does not take it", async () => {
    await using place = await createFolder({ unit: "a file in its place" });
    await expect(takeFrom({ folder: `${place.path}/unit` })).toThrowWithCode("COVERAGE_NOT_WRITTEN");
  });

  it("has reports that tools wrote themselves, under their own paths", async () => {
    await using place = await createFolder({});
    const manifest = await takeFrom({
      folder: place.path,
      files: { "/app/coverage/lcov.info": "TN:\nend_of_record\n" },
      changes: { coverage: containerWith({ reports: ["/app/coverage/lcov.info", "/elsewhere.xml"] }) },
    });
    expect(manifest.files.map((file) => file.path)).toEqual(["reports/app/coverage/lcov.info"]);
    expect(manifest.problems).toEqual([]);
  });

  it("has what the tools of its image made of profiles, or why they did not", async () => {
    await using place = await createFolder({});
    const manifest = await takeFrom({
      folder: place.path,
      files: { "llvm/1-2.profraw": "raw" },
      changes: {
        exportProfiles: async () => [
          { path: "exports/llvm.json", content: Buffer.from("{}") },
          coverageProblem({ code: "COVERAGE_NOT_TAKEN", message: "no java" }),
        ],
      },
    });
    expect(manifest.files.map((file) => file.path)).toContain("exports/llvm.json");
    expect(manifest.problems).toEqual([{ code: "COVERAGE_NOT_TAKEN", message: "no java", subject: "api" }]);
    expect((await stat(path.join(place.path, "exports/llvm.json"))).size).toBe(2);
  });
});
