/** Milliseconds of processors that this process takes from now on: unlike the clock's, they do not depend on what else the machine does. */
export function processorTime(): () => number {
  const began = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  };
}
