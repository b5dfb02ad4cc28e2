import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { parseNotes } from "./hook-notes.ts";
import { NODE_HOOK } from "./node-hook.ts";
import { PYTHON_HOOK } from "./python-hook.ts";

/** Stands in for coverage.py: writes a file when it is saved. */
const COVERAGE = `
import os
__version__ = "7.0"
class Coverage:
    _current = None
    def __init__(self, data_file=None, data_suffix=None, config_file=None):
        self.data = data_file
        self.options = {}
    @classmethod
    def current(cls):
        return cls._current
    def get_option(self, name):
        return self.options.get(name)
    def set_option(self, name, value):
        self.options[name] = value
    def start(self):
        if os.environ.get("BREAKS"):
            raise RuntimeError("no tracer\\nhere")
        Coverage._current = self
    def stop(self):
        Coverage._current = None
    def save(self):
        open("%s.%d" % (self.data, os.getpid()), "w").write("data")
`;

async function folderWith(files: Record<string, string>) {
  return await createFolder({
    "cov/.hooks/python/sitecustomize.py": PYTHON_HOOK,
    "cov/.hooks/node.cjs": NODE_HOOK,
    "cov/notes/keep": "",
    "cov/python/keep": "",
    "cov/node/keep": "",
    ...files,
  });
}

interface Ran {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Runs a program in the folder; `onOutput` is told of it once it has printed something. */
async function run(
  argv: [string, ...string[]],
  options: { cwd: string; env?: Record<string, string>; onOutput?: (child: ChildProcess) => void },
): Promise<Ran> {
  const [command, ...args] = argv;
  const { cwd, env = {} } = options;
  const child = spawn(command, args, { cwd, env: { PATH: process.env["PATH"], ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => {
    if (stdout === "") options.onOutput?.(child);
    stdout += data;
  });
  child.stderr.on("data", (data: Buffer) => (stderr += data));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { code, signal, stdout, stderr };
}

describe("the hook of Python", () => {
  const python = async (files: Record<string, string>, options: Partial<Parameters<typeof run>[1]> = {}) => {
    await using place = await folderWith({ "lib/coverage/__init__.py": COVERAGE, ...files });
    const PYTHONPATH = [`${place.path}/cov/.hooks/python`, `${place.path}/lib`].join(":");
    const ran = await run(["python3", "main.py"], {
      ...options,
      cwd: place.path,
      env: { PYTHONPATH, ...options.env },
    });
    const saved = (await readdir(`${place.path}/cov/python`)).filter((name) => name.startsWith("seatrial."));
    const notes = (await readdir(`${place.path}/cov/notes`)).filter((name) => name !== "keep");
    const text = await Promise.all(notes.map((name) => readFile(`${place.path}/cov/notes/${name}`, "utf8")));
    return { ...ran, saved, notes: parseNotes(text.join("")).map(({ state }) => state), text: text.join("") };
  };

  it("saves at the end of a program, which does not notice", async () => {
    const ran = await python({ "main.py": "import sys; print('out'); sys.exit(3)" });
    expect(ran).toMatchObject({ code: 3, stdout: "out\n", stderr: "", notes: ["started", "saved"] });
    expect(ran.saved).toHaveLength(1);
  });

  it("saves when SIGTERM ends a program, which is still ended by it", async () => {
    const ran = await python(
      { "main.py": "import time\nprint('up', flush=True)\nwhile True: time.sleep(0.05)" },
      { onOutput: (child) => child.kill("SIGTERM") },
    );
    expect(ran).toMatchObject({ signal: "SIGTERM", notes: ["started", "saved"] });
    expect(ran.saved).toHaveLength(1);
  });

  it("leaves a program its own handler", async () => {
    const main = `
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print('up', flush=True)
while True: time.sleep(0.05)
`;
    const ran = await python({ "main.py": main }, { onOutput: (child) => child.kill("SIGTERM") });
    expect(ran).toMatchObject({ code: 7, notes: ["started", "saved"] });
  });

  it("steps aside for a program that measures itself", async () => {
    const main =
      "import coverage; c = coverage.Coverage(data_file='own'); c.start(); print(coverage.Coverage.current() is c)";
    const ran = await python({ "main.py": main });
    expect(ran).toMatchObject({ code: 0, stdout: "True\n", notes: ["started", "saved"] });
  });

  it.each(["COV_CORE_SOURCE", "COVERAGE_PROCESS_START"])(
    "leaves a program alone that has %s",
    async (name) => {
      const ran = await python({ "main.py": "print(1)" }, { env: { [name]: "x" } });
      expect(ran).toMatchObject({ code: 0, notes: ["left"], saved: [] });
    },
  );

  it("does what the project's own sitecustomize does", async () => {
    const ran = await python({
      "lib/sitecustomize.py": "VALUE = 5\nprint('own', __file__.endswith('lib/sitecustomize.py'))",
      "main.py": "import sitecustomize; print(sitecustomize.VALUE)",
    });
    expect(ran).toMatchObject({ code: 0, stdout: "own True\n5\n" });
  });

  it("notes that there is no coverage.py, and prints nothing", async () => {
    const ran = await python({
      "lib/coverage/__init__.py": "raise ImportError('No module named coverage')",
      "main.py": "print(1)",
    });
    expect(ran).toMatchObject({ code: 0, stdout: "1\n", stderr: "", notes: ["missing"] });
  });

  it("notes on one line what coverage.py fails for, and lets the program run", async () => {
    const ran = await python({ "main.py": "print(1)" }, { env: { BREAKS: "1" } });
    expect(ran).toMatchObject({ code: 0, stdout: "1\n", stderr: "", notes: ["failed"] });
    expect(ran.text).toContain("RuntimeError: no tracer here");
  });
});

describe("the hook of Node", () => {
  const node = async (script: string, signal?: NodeJS.Signals) => {
    await using place = await folderWith({ "main.js": `function used() {}\nused();\n${script}` });
    const ran = await run([process.execPath, "main.js"], {
      cwd: place.path,
      env: {
        NODE_V8_COVERAGE: `${place.path}/cov/node`,
        NODE_OPTIONS: `--require=${place.path}/cov/.hooks/node.cjs`,
      },
      ...(signal && { onOutput: (child: ChildProcess) => child.kill(signal) }),
    });
    const names = (await readdir(`${place.path}/cov/node`)).filter((name) => name.endsWith(".json"));
    const texts = await Promise.all(names.map((name) => readFile(`${place.path}/cov/node/${name}`, "utf8")));
    return { ...ran, measured: texts.some((text) => text.includes("/main.js")) };
  };
  const waiting = "console.log('up'); setInterval(() => undefined, 1000);";

  it("changes nothing for a program that ends by itself", async () => {
    expect(await node("console.log('out'); process.exitCode = 4;")).toMatchObject({
      code: 4,
      stdout: "out\n",
      stderr: "",
      measured: true,
    });
  });

  it.each(["SIGTERM", "SIGINT"] as const)("writes at %s, which still ends the program", async (signal) => {
    expect(await node(waiting, signal)).toMatchObject({ signal, measured: true });
  });

  it("leaves the end to a program that listens once itself", async () => {
    const own = `process.once("SIGTERM", () => setTimeout(() => process.exit(7), 50)); ${waiting}`;
    expect(await node(own, "SIGTERM")).toMatchObject({ code: 7, measured: true });
  });

  it("is not in the way of a library that ends the program only when nobody else listens", async () => {
    const library = `
const end = () => {
  if (process.listeners("SIGTERM").length > 1) return;
  process.removeListener("SIGTERM", end);
  process.kill(process.pid, "SIGTERM");
};
process.on("SIGTERM", end); ${waiting}`;
    expect(await node(library, "SIGTERM")).toMatchObject({ signal: "SIGTERM", measured: true });
  });

  it("does nothing in threads", async () => {
    const thread = `new (require("worker_threads").Worker)("1", { eval: true }).on("exit", (code) => console.log(code));`;
    expect(await node(thread)).toMatchObject({ code: 0, stdout: "0\n", stderr: "" });
  });
});
