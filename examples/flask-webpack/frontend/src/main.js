import "./style.css";
import { backBy, dueText } from "./days.js";
import { rowOf } from "./rows.js";
import { createSearch } from "./search.js";

const today = () => new Date().toISOString().slice(0, 10);

for (const time of document.querySelectorAll("[data-due]")) {
  time.textContent = dueText(time.dateTime, today());
}

const days = document.querySelector("[data-days]");
if (days) {
  const output = document.querySelector("[data-back-by]");
  const tell = () => {
    output.textContent = backBy(days.valueAsNumber, today(), Number(days.max));
  };
  days.addEventListener("input", tell);
  tell();
}

const form = document.querySelector("[data-search]");
if (form) {
  const search = createSearch({
    async ask(text, signal) {
      const answer = await fetch(`${form.dataset.search}?${new URLSearchParams({ q: text, size: 50 })}`, {
        signal,
      });
      if (!answer.ok) throw new Error(`the search answered ${answer.status}`);
      return await answer.json();
    },
    show({ items, total }) {
      document
        .querySelector("[data-rows]")
        .replaceChildren(...items.map((item) => elementOf(rowOf(item, today()))));
      document.querySelector("[data-total]").textContent = `${total} ${total === 1 ? "thing" : "things"}`;
      document.querySelector("[data-pages]").hidden = true;
    },
    // The form works without the bundle: its button asks the server for a page.
    failed() {
      document.querySelector("[data-total]").textContent = "There was no answer. The button searches again.";
    },
  });
  form.elements.q.addEventListener("input", () => search(form.elements.q.value));
}

function elementOf({ cells, late }) {
  const row = document.createElement("tr");
  row.classList.toggle("late", late);
  for (const { text, href } of cells) {
    const cell = row.insertCell();
    const inner = href === undefined ? cell : cell.appendChild(document.createElement("a"));
    if (href !== undefined) inner.href = href;
    inner.textContent = text;
  }
  return row;
}
