/**
 * What the pages do beyond links: sorting, finding files, jumping to gaps, showing one source. All is readable without it, and it writes
 * text only, never markup.
 */
export const SCRIPT = `"use strict";
(() => {
  const all = (selector, within) => [...(within || document).querySelectorAll(selector)];
  const typing = (target) => /^(input|textarea|select)$/i.test(target.tagName);

  for (const head of all("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const table = head.closest("table");
      const at = all("th", head.parentElement).indexOf(head);
      const upward = head.getAttribute("aria-sort") !== "ascending";
      const number = head.dataset.sort === "number";
      const value = (row) => number ? Number(row.cells[at].dataset.value ?? 101) : row.cells[at].textContent;
      const rows = all("tbody tr", table).sort((a, b) => {
        const [one, other] = [value(a), value(b)];
        return (one < other ? -1 : one > other ? 1 : 0) * (upward ? 1 : -1);
      });
      for (const each of all("th", table)) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", upward ? "ascending" : "descending");
      table.tBodies[0].append(...rows);
    });
  }

  const find = document.querySelector(".find");
  const files = window.seatrialFiles;
  if (find && files) {
    find.hidden = false;
    const input = find.querySelector("input");
    const list = find.querySelector("ol");
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
      const found = words.length === 0 ? [] : files.filter(([path]) => words.every((word) => path.toLowerCase().includes(word)));
      list.replaceChildren(...found.slice(0, 50).map(([path, page, percent]) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        const figure = document.createElement("span");
        link.href = page;
        link.textContent = path;
        figure.textContent = percent;
        item.append(link, figure);
        return item;
      }));
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { input.value = ""; list.replaceChildren(); input.blur(); }
      if (event.key === "Enter") { const first = list.querySelector("a"); if (first) first.click(); }
    });
  }

  const chooser = document.querySelector(".chooser");
  if (chooser) chooser.hidden = false;
  const rows = all(".source tr[data-by]");
  for (const row of rows) row.dataset.plain = row.className;
  const choose = (button) => {
    for (const each of all("[data-source]", chooser)) each.setAttribute("aria-pressed", String(each === button));
    const source = button.dataset.source;
    let gap = false;
    for (const row of rows) {
      if (source === "") { row.className = row.dataset.plain; continue; }
      const hit = row.dataset.by.split(" ").includes(source);
      row.className = hit ? "hit" : gap ? "miss" : "miss gap";
      gap = !hit;
    }
  };
  for (const button of all(".chooser [data-source]")) button.addEventListener("click", () => choose(button));

  let here;
  const jump = (step) => {
    const gaps = all(".source .gap");
    if (gaps.length === 0) return;
    const top = (row) => row.getBoundingClientRect().top;
    const at = here && gaps.indexOf(here) >= 0
      ? gaps.indexOf(here) + step
      : step > 0 ? gaps.findIndex((row) => top(row) > 90) : gaps.findLastIndex((row) => top(row) < 80);
    here = gaps[(at + gaps.length) % gaps.length];
    here.scrollIntoView({ block: "center" });
    here.querySelector("a").focus({ preventScroll: true });
  };
  for (const button of all("[data-jump]")) button.addEventListener("click", () => jump(Number(button.dataset.jump)));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "n") jump(1);
    else if (event.key === "p") jump(-1);
    else if (event.key === "u") { const up = all(".crumbs a").pop(); if (up) up.click(); }
    else if (event.key === "/" && find) { event.preventDefault(); find.querySelector("input").focus(); }
  });
})();
`;
