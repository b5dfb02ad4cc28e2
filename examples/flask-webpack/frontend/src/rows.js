import { daysBetween, dueText } from "./days.js";

/** What a row of the list shows of a thing, as the API describes it. */
export function rowOf({ name, owner, lent, page }, today) {
  const where = lent === null ? "at home" : `${lent.borrower}, ${dueText(lent.due_on, today)}`;
  return {
    cells: [{ text: name, href: page }, { text: owner }, { text: where }],
    late: lent !== null && daysBetween(today, lent.due_on) < 0,
  };
}
