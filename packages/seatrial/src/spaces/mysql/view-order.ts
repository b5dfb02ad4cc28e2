import { identifier } from "./quote.ts";
import type { DatabaseObject } from "./structure.ts";
import { DATABASE } from "./structure.ts";

/** Views so that each comes after those that it reads. */
export function orderViews(views: readonly DatabaseObject[]): DatabaseObject[] {
  const ordered = new Set<DatabaseObject>();
  const visit = (view: DatabaseObject, above: readonly DatabaseObject[]): void => {
    if (ordered.has(view) || above.includes(view)) return;
    for (const other of views) {
      if (other !== view && reads(view, other)) visit(other, [...above, view]);
    }
    ordered.add(view);
  };
  for (const view of views) visit(view, []);
  return [...ordered];
}

/** The server prints tables after these words only; a column has its table's name in front. */
function reads(view: DatabaseObject, other: DatabaseObject): boolean {
  const name = identifier(other.name);
  for (let at = view.text.indexOf(name); at >= 0; at = view.text.indexOf(name, at + 1)) {
    const before = view.text.slice(0, at).replace(new RegExp(`${DATABASE}\\.$`), "");
    if (/(\bfrom|\bjoin|,)[\s(]*$/i.test(before)) return true;
  }
  return false;
}
