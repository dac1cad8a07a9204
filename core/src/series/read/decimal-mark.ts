/** How well the numbers of a column hang together where `1.005` is a decimal fraction, and where it is 1005. */
import { Shape } from './numbers.js';

/** True for cells that are one thing with a decimal mark and another with groups of thousands. */
function isOpenShape(shape: number): boolean {
  return (
    shape === Shape.point3 || shape === Shape.point30 || shape === Shape.comma3 || shape === Shape.comma30
  );
}

/**
 * How much nearer integers without a mark lie to their neighbors where those have groups of thousands than where they
 * have decimals, in powers of e: 990 lies beside 1,005 as groups, 20 beside 21.633 as decimals.
 * @param values of all rows, with the mark as a decimal mark
 * @param shapes how each is written
 */
export function pullToGroups(values: Float64Array, shapes: Uint8Array): number {
  let [sum, count] = [0, 0];
  let [last, wasOpen] = [NaN, false];
  values.forEach((signed, row) => {
    const value = Math.abs(signed);
    if (Number.isNaN(value) || value === 0) return;
    const open = isOpenShape(shapes[row]!);
    if (!Number.isNaN(last) && open !== wasOpen) {
      const way = open ? Math.log(last / value) : Math.log(value / last);
      sum += Math.abs(way) - Math.abs(way - Math.log(1000));
      count++;
    }
    [last, wasOpen] = [value, open];
  });
  return count > 0 ? sum / count : 0;
}

/** How far the values travel, in ranges: large where a reading tears neighbors apart. */
export function roughness(values: Float64Array, shapes: Uint8Array, groups: boolean): number {
  let [low, high, way, last] = [Infinity, -Infinity, 0, NaN];
  values.forEach((read, row) => {
    if (Number.isNaN(read)) return;
    const value = groups && isOpenShape(shapes[row]!) ? read * 1000 : read;
    if (value < low) low = value;
    if (value > high) high = value;
    if (!Number.isNaN(last)) way += Math.abs(value - last);
    last = value;
  });
  return high > low ? way / (high - low) : 0;
}
