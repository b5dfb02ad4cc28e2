import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createSearch } from "../src/search.js";

/** A search whose timers go off, and whose questions are answered, when the test says so. */
function setUp() {
  const due = new Map();
  const timers = {
    setTimeout(run) {
      const id = Symbol("timer");
      due.set(id, run);
      return id;
    },
    clearTimeout: (id) => due.delete(id),
  };
  const questions = [];
  const shown = [];
  const failures = [];
  const ask = (text, signal) =>
    new Promise((resolve, reject) => {
      questions.push({ text, signal, resolve, reject });
    });
  const search = createSearch({
    ask,
    timers,
    show: (answer) => shown.push(answer),
    failed: (error) => failures.push(error),
  });
  const pause = () => {
    for (const [id, run] of due) {
      due.delete(id);
      run();
    }
  };
  return { search, pause, questions, shown, failures };
}

test("it asks once for what was typed without a pause", () => {
  const { search, pause, questions } = setUp();
  for (const text of ["d", "dr", " dri "]) search(text);
  assert.equal(questions.length, 0);
  pause();
  assert.deepEqual(
    questions.map(({ text }) => text),
    ["dri"],
  );
});

test("an answer that comes after another question is not shown", async () => {
  const { search, pause, questions, shown } = setUp();
  search("drill");
  pause();
  search("ladder");
  pause();
  questions[1].resolve("ladders");
  questions[0].resolve("drills");
  await turn();
  assert.deepEqual(shown, ["ladders"]);
  assert.equal(questions[0].signal.aborted, true);
});

test("a question that fails is told, and the next one is asked all the same", async () => {
  const { search, pause, questions, shown, failures } = setUp();
  search("drill");
  pause();
  questions[0].reject(new Error("the search answered 503"));
  await turn();
  assert.match(failures[0].message, /503/);
  search("drill");
  pause();
  questions[1].resolve("drills");
  await turn();
  assert.deepEqual(shown, ["drills"]);
});

test("a question that was given up is no failure", async () => {
  const { search, pause, questions, failures } = setUp();
  search("drill");
  pause();
  search("drills");
  questions[0].reject(new DOMException("aborted", "AbortError"));
  await turn();
  assert.deepEqual(failures, []);
});
