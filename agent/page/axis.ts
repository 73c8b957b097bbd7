// The scale of a chart's axis: where a value lies on it, and the few values that are written beside it. Pure.

export interface Axis {
  readonly isLogarithmic: boolean;
  /** From 0 to 1. */
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Values that differ by more than that lie on a logarithmic axis: else the small ones would all be one point. */
const WIDE = 8;

/** @param isBinary ticks are powers of two, as memory is counted; otherwise 1, 2 and 5 times powers of ten */
export function scaleAxis(values: readonly number[], isBinary: boolean): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (least > 0 && most / least > WIDE) return logarithmic(least, most, isBinary);
  return linear(most, isBinary);
}

function logarithmic(least: number, most: number, isBinary: boolean): Axis {
  const base = isBinary ? Math.log(2) : Math.log(10);
  const [from, to] = [Math.floor(Math.log(least) / base), Math.ceil(Math.log(most) / base)];
  const step = Math.max(1, Math.ceil((to - from) / MOST_TICKS));
  const ticks: number[] = [];
  // From the top: its size is what one wants to know of a chart.
  for (let power = to; power >= from; power -= step) ticks.unshift(Math.round(Math.exp(power * base)));
  return {
    isLogarithmic: true,
    place: (value) => (Math.log(value) / base - from) / Math.max(1, to - from),
    ticks,
  };
}

const MOST_TICKS = 6;

function linear(most: number, isBinary: boolean): Axis {
  if (most <= 0) return { isLogarithmic: false, place: () => 0, ticks: [0] };
  const step = roundStep(most / (MOST_TICKS - 1), isBinary);
  const top = Math.ceil(most / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return { isLogarithmic: false, place: (value) => value / top, ticks };
}

/** Up to a round number. */
function roundStep(step: number, isBinary: boolean): number {
  if (isBinary) return 2 ** Math.ceil(Math.log2(step));
  const power = 10 ** Math.floor(Math.log10(step));
  const found = [1, 2, 5, 10].find((each) => each * power >= step) ?? 10;
  return Math.max(1, found * power);
}
