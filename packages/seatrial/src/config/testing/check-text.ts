import { checkDocument, parseConfig } from "../parse-config.ts";
import { createVariables } from "../variables.ts";

/** What the program makes of a `seatrial.yaml` with this text. */
export async function checkText(
  text: string,
  variables = createVariables({ env: {}, fileValues: {} }),
): ReturnType<typeof checkDocument> {
  const source = { path: "/p/seatrial.yaml", label: "seatrial.yaml", text };
  return await checkDocument(parseConfig(source), variables);
}
