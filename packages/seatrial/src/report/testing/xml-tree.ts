import { SaxesParser } from "saxes";

/** An element as a strict XML parser sees it. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: XmlElement[];
}

/** Parses a document strictly; whatever is not well-formed throws. */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser();
  const top: XmlElement = { name: "", attributes: {}, text: "", children: [] };
  const stack = [top];
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name, attributes: { ...attributes }, text: "", children: [] };
    stack.at(-1)?.children.push(element);
    stack.push(element);
  });
  parser.on("text", (part) => {
    const open = stack.at(-1);
    if (open !== undefined) open.text += part;
  });
  parser.on("closetag", () => void stack.pop());
  parser.write(text).close();
  const [root] = top.children;
  if (root === undefined) throw new Error("a document without an element");
  return root;
}

/** Every element of this name below another one, in order. */
export function allNamed(name: string, within: XmlElement): XmlElement[] {
  return within.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...allNamed(name, child),
  ]);
}
