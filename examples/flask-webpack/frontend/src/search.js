/**
 * A search that asks once typing has paused. Only the answer to the latest question is shown: a slow one that comes late is not.
 */
export function createSearch({ ask, show, failed, pause = 200, timers = globalThis }) {
  let timer;
  let running;

  async function find(text) {
    running = new AbortController();
    const { signal } = running;
    try {
      const answer = await ask(text, signal);
      if (!signal.aborted) show(answer);
    } catch (error) {
      if (!signal.aborted) failed(error);
    }
  }

  return (text) => {
    timers.clearTimeout(timer);
    running?.abort();
    timer = timers.setTimeout(() => find(text.trim()), pause);
  };
}
