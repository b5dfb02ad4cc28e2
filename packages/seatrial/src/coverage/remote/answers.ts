import { parseXml, textOf } from "../../support/xml.ts";
import { coverageError } from "../errors.ts";
import { printableName } from "../printable.ts";
import type { HttpAnswer } from "./http-client.ts";

const MOST_BYTES = 32 * 1024 * 1024;
const MOST_WORDS = 300;

/** The whole body as text. Fails with COVERAGE_STORAGE_INVALID when it is absurdly long. */
export async function textOfAnswer(answer: HttpAnswer, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size > MOST_BYTES) throw senseless(name, `is longer than ${MOST_BYTES / 1024 / 1024} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Answers that mean: ask again. */
const BUSY = [408, 429, 500, 502, 503, 504];

/** The error for an answer that is none of those that were hoped for: COVERAGE_STORAGE_UNREACHABLE when it may pass, else COVERAGE_STORAGE_REFUSED. */
export async function refusal(options: {
  answer: HttpAnswer;
  name: string;
  /** Where the credentials are from, for people. */
  from?: string | undefined;
  /** A server may repeat what it was shown. */
  secrets?: readonly (string | undefined)[];
}) {
  const { answer, name, from, secrets = [] } = options;
  const said = await wordsOf(answer).catch(() => ({ code: "", words: "" }));
  const to = answer.status >= 300 && answer.status < 400 ? redirectHost(answer) : undefined;
  const parts = [
    `${name}: the server answered ${answer.status}${said.code === "" ? "" : ` ${said.code}`}${said.words === "" ? "" : `: ${said.words}`}`,
    to === undefined ? "" : `it points to ${to}, which is not followed`,
    from ?? "",
  ];
  const message = hide(parts.filter((part) => part !== "").join("; "), secrets);
  const isBusy = BUSY.includes(answer.status) || said.code === "SlowDown";
  return coverageError(
    isBusy
      ? { code: "COVERAGE_STORAGE_UNREACHABLE", message, exitCode: 3 }
      : { code: "COVERAGE_STORAGE_REFUSED", message, hint: HINTS[said.code] },
  );
}

const HINTS: Record<string, string> = {
  AccessDenied: "May these credentials list and read there?",
  NoSuchBucket: "Is there such a bucket at this endpoint? ?endpoint= and ?region= may follow the address.",
  RequestTimeTooSkewed: "Is this machine's clock right?",
  SignatureDoesNotMatch: "Is the secret key right?",
};

/** COVERAGE_STORAGE_INVALID: the server is none of the kind that its address says. */
export function senseless(name: string, what: string) {
  return coverageError({
    code: "COVERAGE_STORAGE_INVALID",
    message: `${name}: the answer ${what}`,
    hint: "Is the address right, and is there a server of this kind?",
    exitCode: 3,
  });
}

/** The code that the server says, read without its words: `ExpiredToken`. */
export async function wordsOf(answer: HttpAnswer): Promise<{ code: string; words: string }> {
  const text = (await textOfAnswer(answer, "")).trim();
  const found = text.startsWith("<") ? xmlWords(text) : text.startsWith("{") ? jsonWords(text) : undefined;
  const isHtml = String(answer.headers["content-type"] ?? "").includes("html");
  const { code = "", words = "" } = found ?? (isHtml || text.startsWith("<") ? {} : { words: text });
  const clean = (part: string) => printableName(part.replace(/\s+/g, " ")).slice(0, MOST_WORDS).trim();
  return { code: clean(code), words: clean(words).replace(/\.$/, "") };
}

function xmlWords(text: string) {
  const root = parseXml(text);
  if (root?.name === "ErrorResponse") {
    const error = root.children.find((child) => child.name === "Error");
    return { code: textOf(error, "Code"), words: textOf(error, "Message") };
  }
  return root?.name === "Error" ? { code: textOf(root, "Code"), words: textOf(root, "Message") } : undefined;
}

/** OAuth says a word and a description, Google's storage an object, others a code and a message. */
function jsonWords(text: string) {
  const data = jsonOf(text);
  if (data === undefined) return undefined;
  const error = data["error"];
  const string = (value: unknown) => (typeof value === "string" ? value : "");
  if (typeof error === "string") return { code: error, words: string(data["error_description"]) };
  if (typeof error === "object" && error !== null) {
    const inner = error as Record<string, unknown>;
    return { code: string(inner["status"]), words: string(inner["message"]) };
  }
  return { code: string(data["code"]), words: string(data["message"]) };
}

/** The object in a text of JSON; undefined: there is none. */
export function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const SHORTEST_SECRET = 4;

function hide(text: string, secrets: readonly (string | undefined)[]): string {
  return secrets
    .filter((secret) => secret !== undefined && secret.length >= SHORTEST_SECRET)
    .sort((a, b) => (b?.length ?? 0) - (a?.length ?? 0))
    .reduce<string>((left, secret) => left.replaceAll(secret ?? "", "[redacted]"), text);
}

function redirectHost(answer: HttpAnswer): string | undefined {
  const location = answer.headers.location ?? "";
  return URL.canParse(location) ? new URL(location).host : undefined;
}
