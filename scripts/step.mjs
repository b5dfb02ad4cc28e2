/** Runs a step, and says what it was and how long it took. */
export async function step(name, work) {
  const start = performance.now();
  await work();
  console.log(`  ${name.padEnd(16)} ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
