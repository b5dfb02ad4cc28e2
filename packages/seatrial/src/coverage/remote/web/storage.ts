import { coverageError } from "../../errors.ts";
import { withoutSecrets } from "../address.ts";
import { refusal, textOfAnswer } from "../answers.ts";
import type { HttpAnswer, HttpClient } from "../http-client.ts";
import { encodeKey, percentDecode } from "../percent-encode.ts";
import type { UnitStorage, Variables } from "../storage.ts";
import { entriesOf } from "./entries.ts";

const REDIRECTS = 5;
const DEEPEST = 20;
const LISTING = "units are found by the pages of folders: does the server list them (nginx: autoindex on)?";

/**
 * A web server that lists its folders: nginx (`autoindex on`), Apache, Caddy, `rclone serve http`, Python's http.server and others.
 * One that only takes PUT cannot be listed, and says COVERAGE_STORAGE_INVALID.
 */
export function openWebStorage(options: { url: URL; http: HttpClient; environment: Variables }): UnitStorage {
  const { http, environment } = options;
  const base = new URL(options.url);
  base.pathname = `${base.pathname.replace(/\/$/, "")}/`;
  const name = withoutSecrets(base.href);
  const { authorization, secrets } = credentialsOf(base, environment);
  const query = base.search;
  base.username = "";
  base.password = "";
  base.search = "";

  async function ask(
    url: URL,
    accept: string,
    signal: AbortSignal,
  ): Promise<{ answer: HttpAnswer; url: URL }> {
    let place = url;
    for (let left = REDIRECTS; ; left -= 1) {
      const isOwn = place.origin === base.origin;
      const headers = { accept, ...(isOwn && authorization !== undefined ? { authorization } : {}) };
      const answer = await http.send(
        { name: withoutSecrets(url.href), method: "GET", url: place, headers },
        signal,
      );
      const location = answer.headers.location ?? "";
      const isMoved = [301, 302, 303, 307, 308].includes(answer.status) && URL.canParse(location, place.href);
      const next = isMoved ? new URL(location, place) : undefined;
      const isSafe = next?.protocol === "https:" || next?.protocol === place.protocol;
      if (next === undefined || !isSafe || left === 0) return { answer, url: place };
      for await (const _chunk of answer.body) break;
      place = next;
    }
  }

  async function* walk(folder: string, prefix: string, signal: AbortSignal): ReturnType<UnitStorage["list"]> {
    const url = new URL(`${base.pathname}${encodeKey(folder)}${query}`, base);
    const { answer, url: found } = await ask(url, "application/json, text/html;q=0.9", signal);
    const where = `${name}${folder}`;
    if (answer.status !== 200)
      throw await refusal({ answer, name: `list of ${where}`, from: LISTING, secrets });
    const type = String(answer.headers["content-type"] ?? "");
    const entries = entriesOf({ text: await textOfAnswer(answer, where), type, url: found });
    if (entries === undefined) throw noIndex(where);
    yield entries.files
      .map((file) => ({ key: `${folder}${file.name}`, bytes: file.bytes }))
      .filter(({ key }) => key.startsWith(prefix));
    for (const child of entries.folders) {
      const below = `${folder}${child}/`;
      const isWanted = below.startsWith(prefix) || prefix.startsWith(below);
      if (isWanted && below.split("/").length <= DEEPEST) yield* walk(below, prefix, signal);
    }
  }

  return {
    name,
    list: (prefix, signal) => walk("", prefix, signal),
    async get(key, signal) {
      const url = new URL(`${base.pathname}${encodeKey(key)}${query}`, base);
      const { answer } = await ask(url, "*/*", signal);
      if (answer.status === 200) return answer.body;
      if (answer.status === 404) return undefined;
      throw await refusal({ answer, name: `${name}${key}`, secrets });
    },
    [Symbol.dispose]: () => http[Symbol.dispose](),
  };
}

/** SEATRIAL_COVER_TOKEN, else the user and the password of the URL. */
function credentialsOf(url: URL, environment: Variables): { authorization?: string; secrets: string[] } {
  const token = environment["SEATRIAL_COVER_TOKEN"];
  const query = [url.search.slice(1), ...url.searchParams.values()];
  if (token) return { authorization: `Bearer ${token}`, secrets: [token, ...query] };
  if (url.username === "") return { secrets: query };
  const password = percentDecode(url.password) ?? url.password;
  const user = percentDecode(url.username) ?? url.username;
  const login = Buffer.from(`${user}:${password}`).toString("base64");
  return { authorization: `Basic ${login}`, secrets: [login, password, ...query] };
}

function noIndex(where: string) {
  return coverageError({
    code: "COVERAGE_STORAGE_INVALID",
    message: `${where} does not list its files: a folder's page must be JSON or HTML with links to what is in it.`,
    hint: "Let the server list its folders (nginx: autoindex on), or pull from the folder or bucket that is behind it.",
    exitCode: 3,
  });
}
