import type { ServiceContext } from "./context.ts";
import { SERVICE_KEYS } from "./keys.ts";
import { asText, isBlank } from "./value.ts";

/** Refuses what cannot be honoured and records what is left out. Translators of single keys record the rest. */
export function checkKeys(context: ServiceContext): void {
  for (const [key, value] of Object.entries(context.service)) {
    if (isBlank(value) || key.startsWith("x-")) continue;
    const rule = SERVICE_KEYS[key];
    if (rule === undefined) {
      context.note({ key, becomes: "left out", why: "this version of Seatrial does not know it" });
    } else if (rule.kind === "dropped") {
      context.note({ key, becomes: rule.becomes, why: rule.why });
    } else if (rule.kind === "refused" && rule.unless?.(value) !== true) {
      const text = asText(value);
      const shown = text === undefined ? key : `${key}: ${text}`;
      throw context.refusal({ key: shown, why: rule.why, hint: rule.hint });
    }
  }
}
