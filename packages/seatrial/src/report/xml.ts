// XML 1.0 forbids most control characters, even as references: they become the replacement character.
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

/** Text for an element or attribute of an XML 1.0 document, whatever it holds. A carriage return survives as a reference. */
export function escapeXml(text: string): string {
  return text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"\r]/g, (char) => ENTITIES[char] ?? char);
}

/** The same for an attribute: line ends and tabs survive as references. */
export function escapeAttribute(text: string): string {
  return escapeXml(text).replace(/[\n\t]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** An element with attributes; undefined ones are left out. */
export function element(
  name: string,
  attributes: Record<string, string | number | undefined>,
  children: string[] | string = [],
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`)
    .join("");
  const inner = typeof children === "string" ? children : children.join("");
  return inner === "" ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>`;
}
