import type { CommandResult } from "../support/command.ts";
import type { ResolvedCompose } from "./document.ts";
import { asList, asRecord, asText } from "./value.ts";
import { parseYaml } from "./yaml.ts";

/** The variables that configs and secrets take their value from. */
export function referencedVariables(model: Pick<ResolvedCompose, "configs" | "secrets">): string[] {
  const entries = [...Object.values(model.configs), ...Object.values(model.secrets)];
  return [...new Set(entries.flatMap((entry) => asText(entry["environment"]) ?? []))];
}

/**
 * Values of variables as Compose sees them, `.env` files included. Compose prints such references by name only, so it is
 * asked to fill them into an extension of an empty file. Unset variables are left out.
 */
export async function readVariables(options: {
  names: readonly string[];
  /** Runs `docker compose` with these arguments and this input. */
  run: (args: string[], input: string) => Promise<CommandResult>;
}): Promise<Record<string, string>> {
  const values = options.names.map((name) => [name, [`\${${name}+set}`, `\${${name}-}`]]);
  const input = JSON.stringify({ services: {}, "x-values": Object.fromEntries(values) });
  const { stdout } = await options.run(["-f", "-", "config", "--format", "yaml"], input);
  const filled = asRecord(asRecord(await parseYaml(unescapeDollars(stdout)))["x-values"]);
  return Object.fromEntries(
    Object.entries(filled).flatMap(([name, pair]) => {
      const [set, value] = asList(pair);
      return set === "set" ? [[name, asText(value) ?? ""]] : [];
    }),
  );
}

/** Compose doubles every `$` of its output, so that it could be read as a Compose file again. */
export function unescapeDollars(output: string): string {
  return output.replaceAll("$$", "$");
}
