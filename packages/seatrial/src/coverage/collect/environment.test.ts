import { describe, expect, it } from "vitest";
import { containerWith } from "../testing/containers.ts";
import { coverageEnvironment, withoutHooks } from "./environment.ts";

const java = { agent: "/jacoco.jar", cli: "/cli.jar", classes: ["/app"], sources: [] };

describe("the environment of coverage", () => {
  it("names a place for each language below one folder", () => {
    const { env, taken } = coverageEnvironment({ coverage: containerWith({ java }), image: {}, own: {} });
    expect(taken).toEqual([]);
    expect(env).toEqual({
      GOCOVERDIR: "/seatrial-coverage/go",
      COVERAGE_FILE: "/seatrial-coverage/python/.coverage",
      NODE_V8_COVERAGE: "/seatrial-coverage/node",
      LLVM_PROFILE_FILE: "/seatrial-coverage/llvm/%p-%m.profraw",
      PYTHONPATH: "/seatrial-coverage/.hooks/python",
      NODE_OPTIONS: "--require=/seatrial-coverage/.hooks/node.cjs",
      JAVA_TOOL_OPTIONS: "-javaagent:/jacoco.jar=destfile=/seatrial-coverage/java/jacoco.exec,append=true",
    });
  });

  it("has nothing of languages that are not collected", () => {
    const coverage = containerWith({ languages: ["go"] });
    expect(coverageEnvironment({ coverage, image: {}, own: { A: "b" } }).env).toEqual({
      A: "b",
      GOCOVERDIR: "/seatrial-coverage/go",
    });
    expect(coverage.hooks).toEqual([]);
  });

  it("wins over what the image sets, and adds to its lists", () => {
    const image = { GOCOVERDIR: "/cov", PYTHONPATH: "/app/lib", NODE_OPTIONS: "--max-old-space-size=100" };
    const { env, taken } = coverageEnvironment({ coverage: containerWith(), image, own: {} });
    expect(env).toMatchObject({
      GOCOVERDIR: "/seatrial-coverage/go",
      PYTHONPATH: "/seatrial-coverage/.hooks/python:/app/lib",
      NODE_OPTIONS: "--require=/seatrial-coverage/.hooks/node.cjs --max-old-space-size=100",
    });
    expect(taken).toEqual([]);
  });

  it("gives way to what the project sets, says so, and adds to its lists", () => {
    const own = { GOCOVERDIR: "/mine", PYTHONPATH: "/own", NODE_OPTIONS: "" };
    const image = { PYTHONPATH: "/image", NODE_OPTIONS: "--enable-source-maps" };
    const { env, taken } = coverageEnvironment({ coverage: containerWith(), image, own });
    expect(env).toMatchObject({
      GOCOVERDIR: "/mine",
      PYTHONPATH: "/seatrial-coverage/.hooks/python:/own",
      NODE_OPTIONS: "--require=/seatrial-coverage/.hooks/node.cjs",
    });
    expect(taken).toEqual(["GOCOVERDIR"]);
  });

  it("can be taken back for tools that are not to be measured", () => {
    const own = { PYTHONPATH: "/own:/other", A: "b" };
    const coverage = containerWith({ java });
    const { env } = coverageEnvironment({ coverage, image: {}, own });
    expect(withoutHooks(env, coverage)).toMatchObject({ ...own, NODE_OPTIONS: "", JAVA_TOOL_OPTIONS: "" });
    expect(withoutHooks(own, coverage)).toEqual(own);
  });
});
