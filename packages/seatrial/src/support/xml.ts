import { SaxesParser } from "saxes";

/** An element of an answer, without its attributes. */
export interface XmlElement {
  name: string;
  text: string;
  children: XmlElement[];
}

/** The root element of a document, or undefined for what is none. */
export function parseXml(text: string): XmlElement | undefined {
  const parser = new SaxesParser({ xmlns: false as const });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let isBroken = false;
  parser.on("error", () => {
    isBroken = true;
  });
  parser.on("opentag", ({ name }) => {
    const element = { name, text: "", children: [] };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const add = (piece: string) => {
    const inner = open.at(-1);
    if (inner !== undefined) inner.text += piece;
  };
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("closetag", () => void open.pop());
  parser.write(text).close();
  return isBroken ? undefined : root;
}

/** The elements of this name right below it. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The text of the first element of this name right below it; empty without one. */
export function textOf(element: XmlElement | undefined, name: string): string {
  return childrenOf(element, name)[0]?.text ?? "";
}

/** For the content of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
