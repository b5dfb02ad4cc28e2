/** For one input, in milliseconds of processors: what else the machine does is not in it. */
export const MOST_TIME = 1000;
