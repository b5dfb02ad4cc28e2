import type { KeyObject } from "node:crypto";

/** What the blocks of a PEM text are: `PUBLIC KEY`, `ENCRYPTED PRIVATE KEY`. */
export function pemLabels(text: string): string[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, label]) => label ?? "");
}

/** For messages: what was found, and nothing of its content. */
export function describeKey(labels: readonly string[]): string {
  const [label, ...others] = labels;
  if (label === undefined) return "no PEM text";
  return others.length > 0 ? `${labels.length} blocks of PEM` : `a block named ${label}`;
}

/** The only kind of key that we sign and verify with. */
export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1";
}
