/** A text as YAML takes it back as that very text: plain where that is plain to everybody, else quoted. */
export function yamlText(text: string): string {
  const isPlain = /^[A-Za-z][\w ./=:@-]*$/.test(text) && !/:( |$)| $/.test(text);
  return isPlain && !RESERVED.test(text) ? text : JSON.stringify(text);
}

/** What some readers of YAML take for something else than text. */
const RESERVED = /^(true|false|yes|no|on|off|y|n|null|nan|inf)$/i;
