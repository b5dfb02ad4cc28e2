import { EXIT, type ExitCode } from "../support/error.ts";
import { cliError } from "./errors.ts";
import type { Surroundings } from "./surroundings.ts";

const SCRIPTS: Record<string, string> = {
  bash: `_seatrial() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(seatrial complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
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
