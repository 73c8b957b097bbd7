// Weighted water-filling: one capacity among claims that have a floor and a cap. Exact; never gives more than there is.

export interface Claim {
  /** 0 or more. A claim of weight 0 gets its floor. */
  readonly weight: number;
  readonly floorBytes: number;
  /** At least the floor; may be Infinity. */
  readonly capBytes: number;
}

interface OpenClaim {
  readonly index: number;
  readonly weight: bigint;
  readonly floor: bigint;
  readonly cap: bigint;
}

/**
 * In proportion to the weights, except where a floor or a cap forbids it: share = clamp(level × weight, floor, cap), with
 * the one level that uses up the capacity. More capacity raises the level, so it lowers no share; neither does the order of
 * the claims, nor a neighbour's lower weight. The method is that of CSS flexbox ("resolve flexible lengths"): freeze the
 * claims that hit a bound, on the side that is off by more, and divide the rest again.
 *
 * The floors must fit. Rounded down to whole bytes: giving out the remainder byte by byte would not be monotone.
 */
export function fillByWeight(capacityBytes: number, claims: readonly Claim[]): number[] {
  const shares = claims.map(({ floorBytes }) => floorBytes);
  let open = claims.map((claim, index) => openClaim(claim, index, capacityBytes)).filter(({ weight }) => weight > 0n);
  let rest =
    BigInt(capacityBytes) -
    claims.reduce((sum, { weight, floorBytes }) => sum + (weight > 0 ? 0n : BigInt(floorBytes)), 0n);
  while (open.length > 0) {
    const settled = settle(open, rest);
    for (const { claim, share } of settled) {
      shares[claim.index] = Number(share);
      rest -= share;
    }
    const done = new Set(settled.map(({ claim }) => claim));
    open = open.filter((claim) => !done.has(claim));
  }
  return shares;
}

// Weights may have decimals; a millionth is far finer than anyone's.
export function exactWeight(weight: number): bigint {
  return weight > 0 ? BigInt(Math.max(1, Math.round(weight * 1e6))) : 0n;
}

function openClaim({ weight, floorBytes, capBytes }: Claim, index: number, capacityBytes: number): OpenClaim {
  const cap = Math.max(floorBytes, Math.min(capBytes, capacityBytes));
  return { index, weight: exactWeight(weight), floor: BigInt(floorBytes), cap: BigInt(cap) };
}

// One round settles the claims that a bound holds, on the side that is off by more; if both sides are equal, all claims.
// Compared as fractions over the sum of the weights, so nothing is rounded before the end.
function settle(open: readonly OpenClaim[], rest: bigint): { claim: OpenClaim; share: bigint }[] {
  const weights = open.reduce((sum, { weight }) => sum + weight, 0n);
  const tooLow = open.filter(({ weight, floor }) => rest * weight < floor * weights);
  const tooHigh = open.filter(({ weight, cap }) => rest * weight > cap * weights);
  const lacking = tooLow.reduce((sum, { weight, floor }) => sum + floor * weights - rest * weight, 0n);
  const spare = tooHigh.reduce((sum, { weight, cap }) => sum + rest * weight - cap * weights, 0n);
  if (lacking > spare) return tooLow.map((claim) => ({ claim, share: claim.floor }));
  if (spare > lacking) return tooHigh.map((claim) => ({ claim, share: claim.cap }));
  return open.map((claim) => ({ claim, share: clamp((rest * claim.weight) / weights, claim.floor, claim.cap) }));
}

function clamp(value: bigint, least: bigint, most: bigint): bigint {
  return value < least ? least : value > most ? most : value;
}
