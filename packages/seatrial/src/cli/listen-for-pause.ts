/**
 * Calls `leave` when somebody stops the program (Ctrl-Z), while it still runs: from then on the shell writes to the terminal. Until
 * it is disposed.
 */
export function listenForPause(leave: () => void): Disposable {
  const onPause = () => {
    leave();
    // With no listener left it does what it always does, which is nothing where no shell could continue the program.
    process.kill(process.pid, "SIGTSTP");
    listen();
  };
  const listen = () => void process.once("SIGTSTP", onPause);
  listen();
  return { [Symbol.dispose]: () => void process.off("SIGTSTP", onPause) };
}
