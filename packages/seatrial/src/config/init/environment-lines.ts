import { relative } from "node:path";
import type { OutlineService } from "../compose-outline.ts";
import { yamlText, yamlWritten } from "./yaml-text.ts";

/** `env_file` and `env` as a Compose service has them, as lines of `seatrial.yaml`. Variables stay what they are: both files know them. */
export function environmentLines(service: OutlineService, root: string): string[] {
  const files = service.envFiles.map(({ path, required }) => {
    const file = yamlText(relative(root, path));
    return required ? file : `{ path: ${file}, required: false }`;
  });
  const values = Object.entries(service.environment).map(([name, value]) =>
    value === null
      ? `  ${yamlText(name)}:   # from the environment`
      : `  ${yamlText(name)}: ${yamlWritten(value)}`,
  );
  return [
    ...(files.length > 0 ? [`env_file: [${files.join(", ")}]`] : []),
    ...(values.length > 0 ? ["env:", ...values] : []),
  ];
}
