/** What a hook of ours said in one program. */
export interface HookNote {
  /** `started`, `saved`, `left`, `missing`, `failed`. */
  state: string;
  pid: number;
  detail: string;
}

/** The lines of a file of notes; others than ours are left out. */
export function parseNotes(text: string): HookNote[] {
  return text.split("\n").flatMap((line) => {
    const [, state, pid, detail = ""] = /^([a-z]+) (\d+)(?: (.*))?$/.exec(line) ?? [];
    return state === undefined ? [] : [{ state, pid: Number(pid), detail }];
  });
}
