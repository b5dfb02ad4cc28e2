import { messageOf } from "../../support/error.ts";
import type { Redactor } from "../../support/redact.ts";
import { type BodyOptions, bytesOf } from "./body.ts";
import { Refusal } from "./failure.ts";
import { isPassing } from "./retry.ts";
import type { Answer } from "./transport.ts";

const WORDS_MAX = 64 * 1024;
const SHOWN_MAX = 500;

/** Reads why a server said no. Never fails for what it reads, and leaves secrets out. */
export async function readRefusal(
  answer: Answer,
  options: BodyOptions & { now: number; redactor: Redactor; speaker?: Refusal["speaker"] },
): Promise<Refusal> {
  const { status, headers } = answer;
  const bytes = await bytesOf(answer, { ...options, max: WORDS_MAX }).catch((error: unknown) => {
    options.signal.throwIfAborted();
    return Buffer.from(`its reason broke off: ${messageOf(error)}`);
  });
  const { codes, words } = readWords(bytes?.toString("utf8") ?? "");
  const said = options.redactor.text(words).slice(0, SHOWN_MAX) || "it gave no reason";
  return new Refusal({
    status,
    codes,
    message: `${said} (status ${status})`,
    waitMs: isPassing(status) ? readRetryAfter(headers["retry-after"], options.now) : undefined,
    speaker: options.speaker,
  });
}

/** The distribution API's errors, a token server's, or whatever a proxy in between says. */
function readWords(text: string): { codes: string[]; words: string } {
  try {
    const body = JSON.parse(text) as Record<string, unknown> | null;
    const errors = Array.isArray(body?.errors) ? body.errors.slice(0, 10) : [];
    if (errors.length > 0) {
      const each = errors.map((error: unknown) => readError(error));
      return {
        codes: each.flatMap(({ code }) => code),
        words: clean(each.map(({ said }) => said).join("; ")),
      };
    }
    for (const key of ["details", "error_description", "message", "error"]) {
      const said = body?.[key];
      if (typeof said === "string") return { codes: [], words: clean(said) };
    }
  } catch {
    // Text or HTML.
  }
  return {
    codes: [],
    words: clean(text.replace(/<(style|script)[^>]*>.*?<\/\1>/gis, " ").replace(/<[^>]*>/g, " ")),
  };
}

function readError(error: unknown): { code: string[]; said: string } {
  const { code, message, detail } = (error ?? {}) as Record<string, unknown>;
  const told = [message, typeof detail === "string" ? detail : undefined].filter(
    (each): each is string => typeof each === "string" && each !== "",
  );
  const isCode = typeof code === "string" && /^[A-Z_]{1,60}$/.test(code);
  return { code: isCode ? [code] : [], said: told.join(": ") || (isCode ? code : "") };
}

function clean(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, " ").trim();
}

/** Seconds, or a date. */
function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
