/** The ids of a cycle, in order, or undefined. Unknown needs are ignored. */
export function findCycle(nodes: readonly { id: string; needs: readonly string[] }[]): string[] | undefined {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const settled = new Set<string>();
  const visit = (id: string, path: string[]): string[] | undefined => {
    const at = path.indexOf(id);
    if (at >= 0) return [...path.slice(at), id];
    const node = byId.get(id);
    if (node === undefined || settled.has(id)) return undefined;
    for (const need of node.needs) {
      const cycle = visit(need, [...path, id]);
      if (cycle !== undefined) return cycle;
    }
    settled.add(id);
    return undefined;
  };
  for (const node of nodes) {
    const cycle = visit(node.id, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
