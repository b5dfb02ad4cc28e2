import { jsonOf, refusal, senseless, textOfAnswer } from "./answers.ts";
import type { Bearer } from "./bearer.ts";
import { FORM, formOf } from "./form.ts";
import type { HttpAnswer, HttpClient } from "./http-client.ts";
import type { Lent } from "./renewed.ts";
import type { Variables } from "./storage.ts";

const HOUR_MS = 3_600_000;

/** A token of the first of these variables that has one. */
export function environmentToken(environment: Variables, names: readonly string[]): Lent<Bearer> | undefined {
  const name = names.find((each) => environment[each]);
  if (name === undefined) return undefined;
  return { value: { token: environment[name] ?? "", from: `token from ${name} of the environment` } };
}

/** Asks a server of tokens with a form, as OAuth 2 has it. */
export async function askToken(
  options: {
    http: HttpClient;
    url: URL;
    form: Readonly<Record<string, string>>;
    /** What it is about, and where the token is from then. */
    name: string;
    secrets: readonly (string | undefined)[];
  },
  signal: AbortSignal,
): Promise<Lent<Bearer>> {
  const { http, url, form, name, secrets } = options;
  const answer = await http.send({ name, method: "POST", url, headers: FORM, body: formOf(form) }, signal);
  return await givenToken({ answer, name, secrets });
}

/** The token of an answer, for an hour where it does not say. Some servers write numbers as strings. */
export async function givenToken(options: {
  answer: HttpAnswer;
  name: string;
  secrets?: readonly (string | undefined)[];
}): Promise<Lent<Bearer>> {
  const { answer, name, secrets = [] } = options;
  if (answer.status !== 200) throw await refusal({ answer, name, secrets });
  const data = jsonOf(await textOfAnswer(answer, name)) ?? {};
  const { access_token: token, expires_in: seconds, expires_on: until } = data;
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token))
    throw senseless(name, "has no access_token");
  const expires = [Date.now() + Number(seconds) * 1_000, Number(until) * 1_000].find((time) => time > 0);
  return { value: { token, from: name }, expires: expires ?? Date.now() + HOUR_MS };
}
