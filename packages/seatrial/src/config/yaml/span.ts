import type { Node } from "yaml";
import type { Span } from "../source.ts";

/** Where a node's own text is. */
export function spanOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 1];
  return { start, end };
}
