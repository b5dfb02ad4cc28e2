const SHELLS = new Set(["sh", "bash", "ash", "dash"]);

/** A command's words. Those of a shell's `-c` script are taken apart, with the variables of the environment in place. */
export function commandWords(command: readonly string[], env: Readonly<Record<string, string>>): string[] {
  const [program = "", flags = "", script] = command;
  const shell = program.slice(program.lastIndexOf("/") + 1);
  if (!SHELLS.has(shell) || !/^-[a-z]*c$/.test(flags) || script === undefined) return [...command];
  return shellWords(script, env);
}

const WORD = /(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+/gs;
const PART = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^"'\\]+)/gs;
const VARIABLE = /\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g;

/** Enough of a shell's grammar for `exec server --option "$VALUE"`; no substitution, no control flow. */
export function shellWords(script: string, env: Readonly<Record<string, string>>): string[] {
  const expand = (text: string) =>
    text.replace(VARIABLE, (_, braced?: string, otherwise?: string, plain?: string) => {
      return env[braced ?? plain ?? ""] ?? otherwise ?? "";
    });
  const part = (_: string, double?: string, single?: string, escaped?: string, bare?: string) => {
    return single ?? escaped ?? expand((double ?? bare ?? "").replace(/\\(["\\$`])/g, "$1"));
  };
  return (script.match(WORD) ?? []).map((word) => word.replace(PART, part));
}
