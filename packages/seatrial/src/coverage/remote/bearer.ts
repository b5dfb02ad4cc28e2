import { refusal } from "./answers.ts";
import type { HttpAnswer } from "./http-client.ts";
import type { Renewed } from "./renewed.ts";

/** A token that is shown to a server. */
export interface Bearer {
  token: string;
  /** Where it is from, for people. */
  from: string;
}

/**
 * Sends with a token, and once more with a new one when it has expired sooner than it was said to. Resolves with an answer of 200,
 * or undefined for 404.
 */
export async function withBearer(
  options: { tokens: Renewed<Bearer> | undefined; name: string; secrets?: readonly string[]; from?: string },
  signal: AbortSignal,
  send: (authorization: Record<string, string>) => Promise<HttpAnswer>,
): Promise<HttpAnswer | undefined> {
  const { tokens, name } = options;
  for (let hasRenewed = false; ; hasRenewed = true) {
    const bearer = await tokens?.get(signal);
    const answer = await send(bearer === undefined ? {} : { authorization: `Bearer ${bearer.token}` });
    if (answer.status === 200) return answer;
    if (answer.status === 401 && !hasRenewed && tokens?.forget() === true) {
      await drop(answer);
      continue;
    }
    if (answer.status === 404) {
      await drop(answer);
      return undefined;
    }
    throw await refusal({
      answer,
      name,
      from: bearer?.from ?? options.from,
      secrets: [...(options.secrets ?? []), bearer?.token],
    });
  }
}

/** Ends an answer that nobody reads. */
async function drop({ body }: HttpAnswer): Promise<void> {
  for await (const _chunk of body) break;
}
