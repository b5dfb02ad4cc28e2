/** `${name}` up to its brace, a shell's special name of one character, or a plain name. */
const REFERENCE = /\$(?:\{([*#$@!?0-9-])\}|\{([^}]*)\}|(\{)|([*#$@!?0-9-])|([A-Za-z_]\w*))/g;

/** A text with its variables filled in as Go's os.Expand does it: unknown ones are empty, `$$` and `$1` too, `${}` vanishes. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(
    REFERENCE,
    (_, special?: string, braced?: string, open?: string, sign?: string, plain?: string) => {
      // Bad syntax: a brace that is never closed, or with nothing in it.
      if (open !== undefined || braced === "") return "";
      const name = special ?? braced ?? sign ?? plain ?? "";
      return Object.hasOwn(env, name) ? (env[name] ?? "") : "";
    },
  );
}
