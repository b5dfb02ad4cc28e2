/** A YAML scalar, quoted unless it is plainly one word of text. What looks like a variable is none. */
export function yamlText(value: string): string {
  return yamlWritten(value.replaceAll("$", "$$$$"));
}

/** The same of a text whose variables are variables here too. */
export function yamlWritten(value: string): string {
  const plain =
    /^[a-zA-Z/][\w./-]*( [\w./-]+)*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value);
  return plain ? value : JSON.stringify(value);
}
