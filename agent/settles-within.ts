// Whether something is there soon: what waits for a network goes on without it, if it can.

/** Whichever way it settles; whoever awaits `work` gets its error. */
export async function settlesWithin(work: Promise<unknown>, durationMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), durationMs)));
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
