// How the steps of a run are timed: whoever asks a service, or runs a program, names it; the record of the run keeps the times.

/**
 * Does one step of a run, and notes how long it took, also where it fails.
 * @param name for a file that every user can read: never a value, or what somebody else wrote
 * @param work gets what it calls for each further try
 */
export type TimeStep = <T>(name: string, work: (again: () => void) => Promise<T>) => Promise<T>;

export const UNTIMED: TimeStep = (_, work) => work(() => {});
