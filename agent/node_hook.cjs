"use strict";
// Writes coverage for Seatrial when a signal ends the program.
try {
  const { isMainThread } = require("worker_threads");
  const v8 = require("v8");
  if (isMainThread && typeof v8.takeCoverage === "function") listen(v8);
} catch (error) {
  note(error);
}

function listen(v8) {
  const ours = new Map();
  for (const name of ["SIGTERM", "SIGINT"]) {
    const end = () => {
      // Somebody else listens, and ends the program in a way that Node writes at.
      if (process.listenerCount(name) > 1) return;
      try {
        v8.takeCoverage();
      } catch (error) {
        note(error);
      }
      process.removeListener(name, end);
      process.kill(process.pid, name);
    };
    ours.set(name, end);
    process.on(name, end);
  }
  // There are libraries that end the program only when nobody else listens.
  const listeners = process.listeners;
  Object.defineProperty(process, "listeners", {
    configurable: true,
    writable: true,
    value(name) {
      const found = listeners.call(this, name);
      return ours.has(name) ? found.filter((each) => each !== ours.get(name)) : found;
    },
  });
}

function note(error) {
  try {
    const text = String(error && error.message).replace(/\s+/g, " ").slice(0, 500);
    const user = typeof process.getuid === "function" ? process.getuid() : 0;
    const file = require("path").join(__dirname, "..", "notes", "node." + user);
    require("fs").appendFileSync(file, "failed " + process.pid + " " + text + "\n");
  } catch {
    // There is nowhere to tell it.
  }
}
