import { EXIT, type ExitCode } from "../support/error.ts";
import { cliError } from "./errors.ts";
import type { Surroundings } from "./surroundings.ts";

const SCRIPTS: Record<string, string> = {
  // Candidates are names out of a checkout: none may be expanded, neither here nor when the line is run. No mapfile: macOS's bash has none.
  bash: `_seatrial() {
  local each word typed=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  while IFS= read -r each; do
    printf -v word %q "$each"
    if [[ $each == "$typed"* || $word == "$typed"* ]]; then COMPREPLY+=("$word"); fi
  done < <(seatrial complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _seatrial seatrial
`,
  zsh: `#compdef seatrial
_seatrial() {
  local -a found
  found=("\${(@f)$(seatrial complete -- "\${words[@]:1:$((CURRENT-1))}" 2>/dev/null)}")
  compadd -a found
}
compdef _seatrial seatrial
`,
  fish: `complete -c seatrial -f -a '(seatrial complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
};

/** Prints a script that makes a shell ask \`seatrial complete\`. */
export function completionCommand(options: { surroundings: Surroundings; shell: string }): ExitCode {
  const script = SCRIPTS[options.shell];
  if (script === undefined) {
    throw cliError({
      code: "SHELL_UNKNOWN",
      message: `There is no completion for the shell ${options.shell}.`,
      hint: `Use one of ${Object.keys(SCRIPTS).join(", ")}.`,
    });
  }
  options.surroundings.stdout.write(script);
  return EXIT.ok;
}
