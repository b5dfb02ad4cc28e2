import type { Check } from "./check.ts";

/** Every check, in the order in which they are told. */
export const CATALOGUE: readonly Check[] = [];
