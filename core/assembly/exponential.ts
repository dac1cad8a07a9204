/** a · b + sum, rounded once where the build may. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, sum: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_madd<f32>(a, b, sum) : v128.add<f32>(sum, v128.mul<f32>(a, b));
}

/**
 * exp of four floats: x = n·ln 2 + r with |r| ≤ ln 2 / 2, a polynomial of degree 6 for exp(r), and the exponent
 * bits for 2ⁿ. Relative error below 2e-7; below −87 the result is 0, above 88 it stays at exp(88).
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const tiny = v128.lt<f32>(x, f32x4.splat(-87));
  x = v128.pmin<f32>(v128.pmax<f32>(x, f32x4.splat(-87)), f32x4.splat(88));
  return v128.andnot(exponential(x), tiny);
}

/** The same for numbers that are not above 0, as softmax has them: one comparison less. */
// @ts-ignore: decorator
@inline
export function expNegative4(x: v128): v128 {
  const tiny = v128.lt<f32>(x, f32x4.splat(-87));
  return v128.andnot(exponential(v128.pmax<f32>(x, f32x4.splat(-87))), tiny);
}

// @ts-ignore: decorator
@inline
function exponential(x: v128): v128 {
  // Adding 1.5 · 2²³ rounds to a whole number, and leaves it in the lowest bits of the sum.
  const magic = f32x4.splat(12582912);
  const shifted = v128.add<f32>(v128.mul<f32>(x, f32x4.splat(1.44269504088896341)), magic);
  const n = v128.sub<f32>(shifted, magic);
  // ln 2 in two parts, so that n·ln 2 loses no digits.
  let r = multiplyAdd(n, f32x4.splat(-0.693359375), x);
  r = multiplyAdd(n, f32x4.splat(2.12194440e-4), r);
  // Taylor coefficients 1/6! … 1/2!; the interval is short enough for them.
  let p = f32x4.splat(1.0 / 720.0);
  p = multiplyAdd(p, r, f32x4.splat(1.0 / 120.0));
  p = multiplyAdd(p, r, f32x4.splat(1.0 / 24.0));
  p = multiplyAdd(p, r, f32x4.splat(1.0 / 6.0));
  p = multiplyAdd(p, r, f32x4.splat(0.5));
  p = multiplyAdd(p, v128.mul<f32>(r, r), v128.add<f32>(r, f32x4.splat(1)));
  // p lies in [√½, √2]: its exponent has room for all of n.
  return v128.add<i32>(p, v128.shl<i32>(shifted, 23));
}

// @ts-ignore: decorator
@inline
export function sum4(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

// @ts-ignore: decorator
@inline
export function max4(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

/** exp of one float by the same polynomial, so that a row's tail equals its body bit for bit. */
// @ts-ignore: decorator
@inline
export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}
