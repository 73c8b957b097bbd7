// Which buffers a piece of work zeroes, by what they held until then.

export async function zeroedTexts(work: () => Promise<unknown>): Promise<string[]> {
  const texts: string[] = [];
  // oxlint-disable-next-line typescript/unbound-method -- called with its own buffer
  const fill = Buffer.prototype.fill;
  Buffer.prototype.fill = function (this: Buffer, ...how: Parameters<Buffer["fill"]>) {
    if (Number(how[0]) === 0) texts.push(this.toString());
    return fill.apply(this, how);
  } as Buffer["fill"];
  try {
    await work();
    // What ends with the work may be zeroed a moment after it.
    await new Promise((resume) => setTimeout(resume, 10));
  } finally {
    Buffer.prototype.fill = fill;
  }
  return texts;
}
