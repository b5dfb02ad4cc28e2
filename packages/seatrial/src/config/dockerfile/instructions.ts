import type { Flag, Instruction } from "dockerfile-ast";
import type { Span } from "../source.ts";

/** One instruction of a Dockerfile, in words of our own. */
export interface DockerfileInstruction extends Span {
  keyword: string;
  /** Where the keyword alone is. */
  keywordSpan: Span;
  words: string[];
  /** Those of ONBUILD are of the instruction that it puts off. */
  flags: { name: string; value: string; options: Record<string, string> }[];
  line: number;
}

/** Every instruction of a Dockerfile: continuation lines, heredocs, comments and the escape directive are understood. */
export async function readInstructions(text: string): Promise<DockerfileInstruction[]> {
  // Loaded when a Dockerfile is read: it costs as much as the rest of the configuration. By its default export, because a
  // bundle that is split into chunks keeps only that of a CommonJS package.
  const { DockerfileParser } = (await import("dockerfile-ast")).default;
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const spanOf = (range: ReturnType<Instruction["getRange"]>): Span => ({
    start: (lineStarts[range.start.line] ?? 0) + range.start.character,
    end: (lineStarts[range.end.line] ?? 0) + range.end.character,
  });
  return DockerfileParser.parse(text)
    .getInstructions()
    .map((instruction) => ({
      ...spanOf(instruction.getRange()),
      keyword: instruction.getKeyword(),
      keywordSpan: spanOf(instruction.getInstructionRange()),
      words: wordsOf(instruction),
      flags: flagsOf(triggerOf(instruction)),
      line: instruction.getRange().start.line + 1,
    }));
}

/** What ONBUILD puts off; any other instruction is that itself. */
function triggerOf(instruction: Instruction): Instruction {
  if (!("getTriggerInstruction" in instruction) || typeof instruction.getTriggerInstruction !== "function")
    return instruction;
  return (instruction.getTriggerInstruction() as Instruction | null) ?? instruction;
}

function wordsOf(instruction: Instruction): string[] {
  const raw = instruction.getArgumentsContent()?.trim() ?? "";
  if (raw.startsWith("[") && raw.endsWith("]")) {
    try {
      const list: unknown = JSON.parse(raw);
      if (Array.isArray(list) && list.every((word) => typeof word === "string")) return list;
    } catch {
      // Not the JSON form: then it is taken as text, as the builder does.
    }
  }
  return instruction.getArguments().map((argument) => argument.getValue());
}

function flagsOf(instruction: Instruction): DockerfileInstruction["flags"] {
  if (!("getFlags" in instruction) || typeof instruction.getFlags !== "function") return [];
  return (instruction.getFlags() as Flag[]).map((flag) => ({
    name: flag.getName(),
    value: flag.getValue() ?? "",
    options: Object.fromEntries(
      flag.getOptions().map((option) => [option.getName(), option.getValue() ?? ""]),
    ),
  }));
}
