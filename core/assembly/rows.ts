/** Kernels over the rows of a matrix: softmax, layer normalization, bias + activation. All f32, byte addresses. */
import { exp1, exp4, expNegative4, max4, sum4 } from './exponential';

/** The largest of n values. */
// @ts-ignore: decorator
@inline
export function maxOfRow(source: usize, n: i32): f32 {
  const bytes = <usize>n * 4;
  const body = (<usize>n & ~3) * 4;
  let largest = load<f32>(source);
  if (body > 0) {
    let best = v128.load(source);
    for (let t: usize = 16; t < body; t += 16) best = v128.pmax<f32>(best, v128.load(source + t));
    largest = max4(best);
  }
  for (let t = body; t < bytes; t += 4) largest = max(largest, load<f32>(source + t));
  return largest;
}

/** exp(value − largest) of one row of n values into `target`; returns their sum. */
// @ts-ignore: decorator
@inline
export function exponentialsOfRow(source: usize, target: usize, n: i32, largest: f32): f32 {
  const bytes = <usize>n * 4;
  const body = (<usize>n & ~3) * 4;
  const shift = f32x4.splat(largest);
  let sums = f32x4.splat(0);
  for (let t: usize = 0; t < body; t += 16) {
    const e = expNegative4(v128.sub<f32>(v128.load(source + t), shift));
    v128.store(target + t, e);
    sums = v128.add<f32>(sums, e);
  }
  let sum = sum4(sums);
  for (let t = body; t < bytes; t += 4) {
    const e = exp1(load<f32>(source + t) - largest);
    store<f32>(target + t, e);
    sum += e;
  }
  return sum;
}

/** One row of n values times a factor, in place. */
// @ts-ignore: decorator
@inline
export function scaleRow(row: usize, n: i32, factor: f32): void {
  const bytes = <usize>n * 4;
  const body = (<usize>n & ~3) * 4;
  const share = f32x4.splat(factor);
  for (let t: usize = 0; t < body; t += 16) v128.store(row + t, v128.mul<f32>(v128.load(row + t), share));
  for (let t = body; t < bytes; t += 4) store<f32>(row + t, load<f32>(row + t) * factor);
}

/** Adds n values to one row, in place. */
// @ts-ignore: decorator
@inline
export function addRow(row: usize, values: usize, n: i32): void {
  const bytes = <usize>n * 4;
  const body = (<usize>n & ~3) * 4;
  for (let t: usize = 0; t < body; t += 16) {
    v128.store(row + t, v128.add<f32>(v128.load(row + t), v128.load(values + t)));
  }
  for (let t = body; t < bytes; t += 4) store<f32>(row + t, load<f32>(row + t) + load<f32>(values + t));
}

/** Softmax of `rows` rows of n values. */
export function softmaxRows(source: usize, target: usize, rows: i32, n: i32): void {
  const bytes = <usize>n * 4;
  for (let i: i32 = 0; i < rows; i++) {
    scaleRow(target, n, 1 / exponentialsOfRow(source, target, n, maxOfRow(source, n)));
    source += bytes;
    target += bytes;
  }
}

/** Gradient of softmax: dx = y ∘ (dy − Σ y ∘ dy) per row. */
export function softmaxGradientRows(y: usize, dy: usize, dx: usize, rows: i32, n: i32): void {
  const bytes = <usize>n * 4;
  const body = (<usize>n & ~3) * 4;
  for (let i: i32 = 0; i < rows; i++) {
    let sums = f32x4.splat(0);
    for (let t: usize = 0; t < body; t += 16) {
      sums = v128.add<f32>(sums, v128.mul<f32>(v128.load(y + t), v128.load(dy + t)));
    }
    let sum = sum4(sums);
    for (let t = body; t < bytes; t += 4) sum += load<f32>(y + t) * load<f32>(dy + t);
    const shift = f32x4.splat(sum);
    for (let t: usize = 0; t < body; t += 16) {
      v128.store(dx + t, v128.mul<f32>(v128.load(y + t), v128.sub<f32>(v128.load(dy + t), shift)));
    }
    for (let t = body; t < bytes; t += 4) store<f32>(dx + t, load<f32>(y + t) * (load<f32>(dy + t) - sum));
    y += bytes;
    dy += bytes;
    dx += bytes;
  }
}

/**
 * y = (x − mean) / sqrt(variance + epsilon) · gamma + beta per row (Ba et al. 2016); `hat` keeps the normalized
 * row and `inverse` 1 / sqrt(variance + epsilon) for the backward pass.
 */
export function layerNormRows(
  x: usize, gamma: usize, beta: usize, y: usize, hat: usize, inverse: usize, rows: i32, n: i32, epsilon: f32,
): void {
  const bytes = <usize>n * 4;
  const body = (<usize>n & ~3) * 4;
  const share: f32 = 1 / <f32>n;
  for (let i: i32 = 0; i < rows; i++) {
    let sums = f32x4.splat(0);
    for (let t: usize = 0; t < body; t += 16) sums = v128.add<f32>(sums, v128.load(x + t));
    let sum = sum4(sums);
    for (let t = body; t < bytes; t += 4) sum += load<f32>(x + t);
    const mean = sum * share;
    const mean4 = f32x4.splat(mean);
    let squares4 = f32x4.splat(0);
    for (let t: usize = 0; t < body; t += 16) {
      const centered = v128.sub<f32>(v128.load(x + t), mean4);
      squares4 = v128.add<f32>(squares4, v128.mul<f32>(centered, centered));
    }
    let squares = sum4(squares4);
    for (let t = body; t < bytes; t += 4) {
      const centered = load<f32>(x + t) - mean;
      squares += centered * centered;
    }
    const scale: f32 = 1 / <f32>Math.sqrt(<f64>(squares * share + epsilon));
    const scale4 = f32x4.splat(scale);
    for (let t: usize = 0; t < body; t += 16) {
      const normal = v128.mul<f32>(v128.sub<f32>(v128.load(x + t), mean4), scale4);
      v128.store(hat + t, normal);
      v128.store(y + t, v128.add<f32>(v128.mul<f32>(normal, v128.load(gamma + t)), v128.load(beta + t)));
    }
    for (let t = body; t < bytes; t += 4) {
      const normal = (load<f32>(x + t) - mean) * scale;
      store<f32>(hat + t, normal);
      store<f32>(y + t, normal * load<f32>(gamma + t) + load<f32>(beta + t));
    }
    store<f32>(inverse, scale);
    x += bytes;
    y += bytes;
    hat += bytes;
    inverse += 4;
  }
}

/**
 * Backward pass of layerNormRows: with g = dy ∘ gamma, dx = inverse · (g − mean(g) − hat ∘ mean(g ∘ hat)); dgamma
 * and dbeta (n values each, zeroed here) are summed over the rows.
 */
export function layerNormGradientRows(
  dy: usize, hat: usize, inverse: usize, gamma: usize, dx: usize, dgamma: usize, dbeta: usize, rows: i32, n: i32,
): void {
  const bytes = <usize>n * 4;
  const body = (<usize>n & ~3) * 4;
  const share: f32 = 1 / <f32>n;
  memory.fill(dgamma, 0, bytes);
  memory.fill(dbeta, 0, bytes);
  for (let i: i32 = 0; i < rows; i++) {
    let sums = f32x4.splat(0);
    let products = f32x4.splat(0);
    for (let t: usize = 0; t < body; t += 16) {
      const d = v128.load(dy + t);
      const h = v128.load(hat + t);
      const g = v128.mul<f32>(d, v128.load(gamma + t));
      sums = v128.add<f32>(sums, g);
      products = v128.add<f32>(products, v128.mul<f32>(g, h));
      v128.store(dgamma + t, v128.add<f32>(v128.load(dgamma + t), v128.mul<f32>(d, h)));
      v128.store(dbeta + t, v128.add<f32>(v128.load(dbeta + t), d));
    }
    let sum = sum4(sums);
    let product = sum4(products);
    for (let t = body; t < bytes; t += 4) {
      const d = load<f32>(dy + t);
      const h = load<f32>(hat + t);
      const g = d * load<f32>(gamma + t);
      sum += g;
      product += g * h;
      store<f32>(dgamma + t, load<f32>(dgamma + t) + d * h);
      store<f32>(dbeta + t, load<f32>(dbeta + t) + d);
    }
    const scale = load<f32>(inverse);
    const meanG = f32x4.splat(sum * share);
    const meanP = f32x4.splat(product * share);
    for (let t: usize = 0; t < body; t += 16) {
      const g = v128.mul<f32>(v128.load(dy + t), v128.load(gamma + t));
      const rest = v128.sub<f32>(v128.sub<f32>(g, meanG), v128.mul<f32>(v128.load(hat + t), meanP));
      v128.store(dx + t, v128.mul<f32>(rest, f32x4.splat(scale)));
    }
    for (let t = body; t < bytes; t += 4) {
      const g = load<f32>(dy + t) * load<f32>(gamma + t);
      store<f32>(dx + t, scale * (g - sum * share - load<f32>(hat + t) * product * share));
    }
    dy += bytes;
    hat += bytes;
    dx += bytes;
    inverse += 4;
  }
}

/** Activations of `biasActivation`. */
const RELU: i32 = 1;
const SIGMOID: i32 = 2;
const RELU6: i32 = 3;

/** x = activation(x + bias) in place over `rows` rows of n values; `bias` 0 = none. */
export function biasActivation(x: usize, bias: usize, rows: i32, n: i32, activation: i32): void {
  const body = (<usize>n & ~3) * 4;
  const bytes = <usize>n * 4;
  for (let i: i32 = 0; i < rows; i++) {
    for (let t: usize = 0; t < body; t += 16) {
      let value = v128.load(x + t);
      if (bias) value = v128.add<f32>(value, v128.load(bias + t));
      v128.store(x + t, activate(value, activation));
    }
    for (let t = body; t < bytes; t += 4) {
      const value = load<f32>(x + t) + (bias ? load<f32>(bias + t) : 0);
      store<f32>(x + t, f32x4.extract_lane(activate(f32x4.splat(value), activation), 0));
    }
    x += bytes;
  }
}

// @ts-ignore: decorator
@inline
function activate(x: v128, activation: i32): v128 {
  const zero = f32x4.splat(0);
  if (activation == RELU) return v128.pmax<f32>(x, zero);
  if (activation == RELU6) return v128.pmin<f32>(v128.pmax<f32>(x, zero), f32x4.splat(6));
  if (activation == SIGMOID) {
    const one = f32x4.splat(1);
    return v128.div<f32>(one, v128.add<f32>(one, exp4(v128.neg<f32>(x))));
  }
  return x;
}

/** Σ x² over n values, in double precision. */
export function sumOfSquares(x: usize, n: i32): f64 {
  const body = (<usize>n & ~3) * 4;
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let t: usize = 0; t < body; t += 16) {
    const values = v128.load(x + t);
    const first = f64x2.promote_low_f32x4(values);
    const second = f64x2.promote_low_f32x4(v128.shuffle<f32>(values, values, 2, 3, 2, 3));
    low = v128.add<f64>(low, v128.mul<f64>(first, first));
    high = v128.add<f64>(high, v128.mul<f64>(second, second));
  }
  low = v128.add<f64>(low, high);
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (let t = body; t < <usize>n * 4; t += 4) {
    const value = <f64>load<f32>(x + t);
    sum += value * value;
  }
  return sum;
}

/**
 * One step of Adam (Kingma & Ba 2015) over n parameters in place. The bias corrections are folded into
 * `rate` = learning rate · sqrt(1 − β₂ᵗ) / (1 − β₁ᵗ) by the caller; `share` scales the gradient (clipping by norm).
 * β come in double precision: of 1 − 0.999 single precision keeps five digits.
 */
export function adamStep(
  parameter: usize, gradient: usize, first: usize, second: usize, n: i32,
  share: f32, rate: f32, beta1: f64, beta2: f64, epsilon: f32,
): void {
  const keep1 = <f32>beta1;
  const keep2 = <f32>beta2;
  const take1 = <f32>(1 - beta1);
  const take2 = <f32>(1 - beta2);
  const b1 = f32x4.splat(keep1);
  const b2 = f32x4.splat(keep2);
  const c1 = f32x4.splat(take1);
  const c2 = f32x4.splat(take2);
  const factor = f32x4.splat(share);
  const step = f32x4.splat(rate);
  const guard = f32x4.splat(epsilon);
  const body = (<usize>n & ~3) * 4;
  for (let t: usize = 0; t < body; t += 16) {
    const g = v128.mul<f32>(factor, v128.load(gradient + t));
    const m = v128.add<f32>(v128.mul<f32>(b1, v128.load(first + t)), v128.mul<f32>(c1, g));
    const v = v128.add<f32>(v128.mul<f32>(b2, v128.load(second + t)), v128.mul<f32>(c2, v128.mul<f32>(g, g)));
    v128.store(first + t, m);
    v128.store(second + t, v);
    const change = v128.div<f32>(v128.mul<f32>(step, m), v128.add<f32>(v128.sqrt<f32>(v), guard));
    v128.store(parameter + t, v128.sub<f32>(v128.load(parameter + t), change));
  }
  for (let t = body; t < <usize>n * 4; t += 4) {
    const g = share * load<f32>(gradient + t);
    const m = keep1 * load<f32>(first + t) + take1 * g;
    const v = keep2 * load<f32>(second + t) + take2 * (g * g);
    store<f32>(first + t, m);
    store<f32>(second + t, v);
    store<f32>(parameter + t, load<f32>(parameter + t) - (rate * m) / (<f32>Math.sqrt(<f64>v) + epsilon));
  }
}
