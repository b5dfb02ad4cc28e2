import type { ToolError } from "../support/error.ts";
import { type ConfigErrorCode, configError } from "./errors.ts";
import { codeFrame, placeOf, type Source, type Span, visible } from "./source.ts";

/** Something wrong at a place of a source: one sentence, and what to try. */
export interface Mistake extends Span {
  message: string;
  hint?: string | undefined;
}

const SHOWN_AT_ONCE = 50;

export interface MistakesOptions {
  source: Source;
  mistakes: readonly Mistake[];
  code: ConfigErrorCode;
  /** The file holds secrets: its lines are not shown. */
  secret?: boolean;
}

/** One error that tells all mistakes in the order of the file, each with its line and a caret. */
export function mistakesError(options: MistakesOptions): ToolError {
  const { source, code } = options;
  const mistakes = inOrder(options.mistakes);
  const told = mistakes.slice(0, SHOWN_AT_ONCE).map((mistake) => {
    const sentence = visible(`${placeOf(source, mistake)}: ${mistake.message}`);
    return options.secret === true ? sentence : `${sentence}\n${codeFrame(source.text, mistake)}`;
  });
  const rest = mistakes.length - told.length;
  if (rest > 0) told.push(`… and ${rest} more`);
  const title = mistakes.length > 1 ? [`${source.label}: ${mistakes.length} errors`] : [];
  const hints = [...new Set(mistakes.flatMap((mistake) => mistake.hint ?? []))];
  return configError({
    code,
    message: [...title, ...told].join("\n"),
    hint: hints.length === 0 ? undefined : hints.join("; "),
  });
}

/** Sorted by place; what an alias or a second rule says again about one place is said once. */
function inOrder(mistakes: readonly Mistake[]): Mistake[] {
  const seen = new Set<string>();
  return [...mistakes]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .filter((mistake) => {
      const key = `${mistake.start} ${mistake.message}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}
