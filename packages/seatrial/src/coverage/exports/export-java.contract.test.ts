import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localAgent } from "../../suites/testing/local-agent.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { parseJacoco } from "../formats/java/parse-jacoco.ts";
import { figuresOf, SAMPLES } from "../formats/testing/figures.ts";
import { agentToolbox } from "./agent-toolbox.ts";
import { isExport } from "./export.ts";
import { exportJava } from "./export-java.ts";

const run = promisify(execFile);
const { signal } = new AbortController();
const VERSIONS = ["0.8.8", "0.8.13"];

/** A project that needs the agent and the command of JaCoCo, and puts them beside it. */
function pomOf(version: string): string {
  const needed = ([name, classifier]: string[]) =>
    `<dependency><groupId>org.jacoco</groupId><artifactId>org.jacoco.${name}</artifactId><version>${version}</version><classifier>${classifier}</classifier></dependency>`;
  const dependencies = [
    ["agent", "runtime"],
    ["cli", "nodeps"],
  ].map(needed);
  const place = `<properties><outputDirectory>\${project.basedir}</outputDirectory></properties>`;
  return `<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x${version}</artifactId><version>1</version>${place}<dependencies>${dependencies.join("")}</dependencies></project>`;
}

/** All of them, for one start of Maven. */
const ALL = `<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>all</artifactId><version>1</version><packaging>pom</packaging><modules>${VERSIONS.map((version) => `<module>${version}</module>`).join("")}</modules></project>`;

let folder: Awaited<ReturnType<typeof createFolder>>;
beforeAll(async () => {
  const poms = VERSIONS.map((version) => [`${version}/pom.xml`, pomOf(version)]);
  folder = await createFolder({ "pom.xml": ALL, ...Object.fromEntries(poms) });
  const goal = ["dependency:copy-dependencies", "-DexcludeTransitive"];
  await run("mvn", ["--quiet", "--batch-mode", ...goal], { cwd: folder.path });
}, 300_000);
afterAll(async () => await folder[Symbol.asyncDispose]());

describe("exportJava with JaCoCo from Maven", () => {
  it.each(VERSIONS)(
    "has the figures of JaCoCo %s itself, and leaves out a broken file",
    { timeout: 300_000 },
    async (version) => {
      const at = (...names: string[]) => path.join(folder.path, version, ...names);
      const sources = ["Root.java", "shop/Cart.java", "shop/Main.java"].map((name) =>
        path.join(SAMPLES, "java", name),
      );
      await run("javac", ["-g", "-d", at("classes"), ...sources]);
      const agent = `-javaagent:${at(`org.jacoco.agent-${version}-runtime.jar`)}=destfile=${at("a.exec")}`;
      await run("java", [agent, "-cp", at("classes"), "shop.Main"]);
      await writeFile(at("b.exec"), "no profile");

      const result = await exportJava({
        toolbox: agentToolbox(localAgent()),
        profiles: [at("a.exec"), at("b.exec")],
        folder: at("work"),
        cli: at(`org.jacoco.cli-${version}-nodeps.jar`),
        classes: [at("classes")],
        signal,
      });
      if (!isExport(result)) throw new Error(JSON.stringify(result));
      expect(result.problems.map(({ message }) => message)).toEqual([expect.stringContaining(at("b.exec"))]);
      const text = result.content.toString();
      const counter = (type: string) => {
        const found = [
          ...text.matchAll(new RegExp(`type="${type}" missed="(\\d+)" covered="(\\d+)"`, "g")),
        ].at(-1);
        return `${found?.[2]}/${Number(found?.[1]) + Number(found?.[2])}`;
      };
      expect(figuresOf(parseJacoco(text))).toEqual({
        statements: "0/0",
        lines: counter("LINE"),
        branches: counter("BRANCH"),
        functions: counter("METHOD"),
      });
    },
  );
});
