import { once } from "node:events";
import { StringDecoder } from "node:string_decoder";
import { EXIT } from "../support/error.ts";
import { cliError } from "./errors.ts";
import type { Surroundings } from "./surroundings.ts";

/** Asks for texts on a terminal that shows nothing of what is typed. Dispose it to give the terminal back. */
export interface SecretPrompt extends Disposable {
  /** What was typed before Enter. Fails with STOPPED on Ctrl-C and when the terminal is gone. */
  ask(question: string): Promise<string>;
}

/** Takes over the terminal of standard input; questions go to standard error. */
export function openSecretPrompt({ stdin, stderr }: Pick<Surroundings, "stdin" | "stderr">): SecretPrompt {
  const decoder = new StringDecoder("utf8");
  let ahead = "";
  stdin.setRawMode(true);

  /** The next character; what was pasted in one piece comes one by one. */
  async function nextCharacter(): Promise<string> {
    while (ahead === "") {
      const chunk = stdin.read() as Buffer | null;
      if (chunk !== null) ahead += decoder.write(chunk);
      else if (stdin.readableEnded || stdin.destroyed) return "\u0003";
      else await Promise.race([once(stdin, "readable"), once(stdin, "end"), once(stdin, "close")]);
    }
    const [character = ""] = ahead;
    ahead = ahead.slice(character.length);
    return character;
  }

  async function line(): Promise<string> {
    let typed: string[] = [];
    for (;;) {
      const character = await nextCharacter();
      if (character === "\r" || character === "\n" || character === "\u0004") return typed.join("");
      if (character === "\u0003") throw stopped();
      if (character === "\u007f" || character === "\b") typed.pop();
      // Ctrl-U takes the line back.
      else if (character === "\u0015") typed = [];
      else if (character >= " ") typed.push(character);
    }
  }

  return {
    async ask(question) {
      stderr.write(question);
      try {
        return await line();
      } finally {
        stderr.write("\n");
      }
    },
    [Symbol.dispose]() {
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}

function stopped() {
  return cliError({ code: "STOPPED", message: "Stopped. Nothing was written.", exitCode: EXIT.stopped });
}
