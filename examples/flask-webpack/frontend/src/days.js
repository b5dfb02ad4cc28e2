// Days are ISO dates such as 2025-03-01, without a time and so without a time zone.

const DAY = 86_400_000;

/** When something is to be back, as people say it. */
export function dueText(due, today) {
  const days = daysBetween(today, due);
  if (days === 0) return "due today";
  if (days === 1) return "due tomorrow";
  return days > 0 ? `due in ${days} days` : `${counted(-days)} late`;
}

/** What a wish for some days means; nothing for a wish that would be refused. */
export function backBy(days, today, longest) {
  if (!Number.isInteger(days) || days < 1 || days > longest) return "";
  return `back by ${isoDay(Date.parse(today) + days * DAY)}`;
}

/** Negative when the second day is before the first. */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY);
}

function counted(days) {
  return days === 1 ? "1 day" : `${days} days`;
}

function isoDay(time) {
  return new Date(time).toISOString().slice(0, 10);
}
