// XML 1.0 forbids most control characters, even as references: they become the replacement character.
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text for an element or a quoted attribute of XML or HTML, whatever it holds. Line ends and tabs survive as references. */
export function escapeMarkup(text: string): string {
  return text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"'\r\n\t]/g, (char) => `&#${char.charCodeAt(0)};`);
}
