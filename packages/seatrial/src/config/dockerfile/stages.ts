import { suggestion } from "../../support/nearest.ts";
import { interpolate } from "../interpolate.ts";
import type { Mistake } from "../mistake.ts";
import type { DockerfileInstruction } from "./instructions.ts";
import type { DockerfileStage, StageBase } from "./summary.ts";

export interface StagesOptions {
  instructions: readonly DockerfileInstruction[];
  /** Build arguments that the project gives; they win over defaults. */
  args: Record<string, string>;
  /** Who reads the file in place of Docker's own frontend, and may know more instructions. */
  frontend?: string | undefined;
}

export interface Stages {
  stages: DockerfileStage[];
  args: Record<string, string | undefined>;
  mistakes: Mistake[];
  /** What builds, and is likely not meant or not understood here. */
  oddities: Mistake[];
}

const KEYWORDS =
  "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split(
    " ",
  );

/** Reads stages out of instructions, and what is wrong with them as the builder would see it. */
export function readStages({ instructions, args: given, frontend }: StagesOptions): Stages {
  const stages: DockerfileStage[] = [];
  const mistakes: Mistake[] = [];
  const oddities: Mistake[] = [];
  const names = lastWithName(instructions);
  const args: Record<string, string | undefined> = {};
  /** By name in lower case; of several with one name the last so far, as the builder has it. */
  const byName = new Map<string, DockerfileStage>();
  const fill = (text: string): string | undefined => {
    const result = interpolate(unquote(text), (name) => given[name] ?? args[name]);
    return result.ok && result.unset.length === 0 ? result.text : undefined;
  };

  for (const instruction of instructions) {
    const { keyword, keywordSpan } = instruction;
    const stage = stages.at(-1);
    if (!KEYWORDS.includes(keyword)) {
      const message = `unknown instruction "${keyword}"`;
      if (frontend === undefined)
        mistakes.push({ ...keywordSpan, message: `${message}${suggestion(keyword, KEYWORDS)}` });
      else oddities.push({ ...keywordSpan, message: `${message}, which is left to ${frontend}` });
    } else if (keyword === "FROM") {
      readFrom(instruction);
    } else if (stage === undefined) {
      if (keyword === "ARG") readArgs(instruction);
      else mistakes.push({ ...keywordSpan, message: `${keyword} before the first FROM` });
    } else {
      readInto(stage, instruction);
    }
  }

  function readArgs(instruction: DockerfileInstruction): void {
    for (const word of instruction.words) {
      const equals = word.indexOf("=");
      const name = equals < 0 ? word : word.slice(0, equals);
      args[name] = equals < 0 ? undefined : fill(word.slice(equals + 1));
    }
  }

  function readFrom(instruction: DockerfileInstruction): void {
    const [image = "", as, name, ...more] = instruction.words;
    const wellFormed =
      image !== "" &&
      more.length === 0 &&
      (as === undefined || (as.toUpperCase() === "AS" && name !== undefined));
    if (!wellFormed) {
      mistakes.push({ ...instruction, message: "expected FROM image, or FROM image AS name" });
    }
    const plain = name?.toLowerCase();
    const twin = plain === undefined ? undefined : byName.get(plain);
    if (twin !== undefined) {
      oddities.push({
        ...instruction,
        message: `a second stage named "${name}": the name means this one, and no longer that in line ${twin.line}`,
      });
    }
    const index = stages.length;
    const ownName = plain !== undefined && names.get(plain) === index ? name : undefined;
    const base = baseOf(image);
    const bases = stagesOf(base);
    const stage: DockerfileStage = {
      key: ownName ?? keyWithoutName(index, names),
      name: ownName,
      index,
      line: instruction.line,
      base,
      uses: base.kind === "argument" ? bases.map(({ key }) => key) : [],
      ports: [],
      hasEntrypoint: false,
      hasCommand: false,
      instructions: [],
      runs: [],
      copies: [],
    };
    // Which of several it is built on is the builder's to know; they are variants of one.
    const [below] = bases;
    if (below !== undefined) {
      stage.user = below.user;
      stage.workingDir = below.workingDir;
      stage.ports.push(...below.ports);
      stage.hasEntrypoint = below.hasEntrypoint;
      stage.hasCommand = below.hasCommand;
      stage.instructions.push(...below.instructions);
    }
    stages.push(stage);
    if (plain !== undefined) byName.set(plain, stage);
  }

  function baseOf(expression: string): StageBase {
    const image = fill(expression);
    if (image === undefined || image === "") return { kind: "argument", expression };
    const stage = byName.get(image.toLowerCase());
    return stage === undefined ? { kind: "image", reference: image } : { kind: "stage", stage: stage.key };
  }

  /** The stages that a base may be. What depends on an argument without a value, such as TARGETARCH, may be each that fits. */
  function stagesOf(base: StageBase): DockerfileStage[] {
    if (base.kind === "stage") return stages.filter(({ key }) => key === base.stage);
    if (base.kind === "image") return [];
    const filled = interpolate(unquote(base.expression), (name) => given[name] ?? args[name] ?? ANYTHING);
    if (!filled.ok) return [];
    const parts = filled.text.split(ANYTHING).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    const fits = new RegExp(`^${parts.join(".*")}$`, "i");
    return [...byName].filter(([name]) => fits.test(name)).map(([, stage]) => stage);
  }

  function stageNamed(reference: string): DockerfileStage | undefined {
    return (
      byName.get(reference.toLowerCase()) ?? (/^\d+$/.test(reference) ? stages[Number(reference)] : undefined)
    );
  }

  function readInto(stage: DockerfileStage, instruction: DockerfileInstruction): void {
    const { keyword, words, flags } = instruction;
    stage.instructions.push(keyword);
    const take = (reference: string | undefined): string | undefined => {
      if (reference === undefined || reference === "") return undefined;
      const source = stageNamed(reference);
      if (source !== undefined && source !== stage && !stage.uses.includes(source.key))
        stage.uses.push(source.key);
      return source?.key ?? reference;
    };
    if (keyword === "COPY" || keyword === "ADD") {
      const from = take(flags.find((flag) => flag.name === "from")?.value);
      stage.copies.push({ from, sources: words.slice(0, -1), target: words.at(-1) ?? "" });
    } else if (keyword === "RUN") {
      for (const flag of flags) if (flag.name === "mount") take(flag.options["from"]);
      stage.runs.push(words.join(" "));
    } else if (keyword === "ONBUILD") {
      take(flags.find((flag) => flag.name === "from")?.value);
    } else if (keyword === "USER") stage.user = words.join(" ");
    else if (keyword === "WORKDIR") stage.workingDir = /^\/[^$]*$/.exec(words.join(" "))?.[0];
    else if (keyword === "ENTRYPOINT") stage.hasEntrypoint = true;
    else if (keyword === "CMD") stage.hasCommand = true;
    else if (keyword === "EXPOSE")
      stage.ports.push(...words.flatMap(tcpPort).filter((p) => !stage.ports.includes(p)));
  }

  return { stages, args, mistakes, oddities };
}

const ANYTHING = "\0";

/** By name in lower case: the index of the last stage that has it. */
function lastWithName(instructions: readonly DockerfileInstruction[]): Map<string, number> {
  const froms = instructions.filter(({ keyword }) => keyword === "FROM");
  return new Map(
    froms.flatMap(({ words }, index) => (words[2] === undefined ? [] : [[words[2].toLowerCase(), index]])),
  );
}

function keyWithoutName(index: number, names: ReadonlyMap<string, number>): string {
  const key = `stage-${index}`;
  return names.has(key) ? `${key}.unnamed` : key;
}

function tcpPort(word: string): number[] {
  const match = /^(\d{1,5})(?:\/tcp)?$/i.exec(word);
  return match === null ? [] : [Number(match[1])];
}

function unquote(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, "$2");
}
