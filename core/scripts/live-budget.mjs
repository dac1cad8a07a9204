// Does the alert budget hold? Incidents per week on simulated series without anomalies, one point a minute,
// or every so many seconds. Cycles are so many points long, whatever the step.
//   node core/scripts/live-budget.mjs [--seeds 20] [--points 10080] [--step 60] [--budgets 1/day,1/week,1/month] [--kinds white,daily]
import { createRandom } from '../dist/esm/datasets/index.js';
import { BudgetMonitors } from '../dist/esm/live/monitor.js';

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const seeds = Number(option('seeds', 20));
const points = Number(option('points', 10_080));
const budgets = option('budgets', '1/day,1/week,1/month').split(',');
/** ms */
const step = 1000 * Number(option('step', 60));
/** Points. */
const WEEK = (7 * 86_400_000) / step;

const cycle = (t, period) => Math.sin((2 * Math.PI * t) / period);
/** Each gives the value at point t; what they remember lies in the closure. */
const kinds = {
  white: (random) => () => random.normal(50, 2),
  'ar-0.9': (random) => {
    let a = 0;
    return () => 50 + (a = 0.9 * a + random.normal());
  },
  walk: (random) => {
    let a = 0;
    return () => (a += random.normal());
  },
  drift: (random) => (t) => random.normal(50 + t / 200, 2),
  hourly: (random) => (t) => 100 + 40 * cycle(t, 60) + random.normal(0, 4),
  daily: (random) => (t) => 100 + 40 * cycle(t, 1440) + random.normal(0, 4),
  poisson: (random) => () => random.poisson(12),
  'low-traffic': (random) => (t) => random.poisson(2 + 1.8 * cycle(t, 1440)),
  'log-normal': (random) => () => random.logNormal(20, 0.5),
  exponential: (random) => () => random.exponential(30),
  sparse: (random) => () => random.poisson(0.03),
  // Some forty spikes a week.
  'rare-errors': (random) => () => (random.chance(0.004) ? 1 + random.poisson(2) : 0),
  'slow-requests': (random) => () =>
    random.normal(20, 2) + (random.chance(0.003) ? 60 * (0.5 + random.uniform()) : 0),
  ratio: (random) => () => (random.chance(0.02) ? 1 - 0.0008 * random.uniform() : 1),
  staircase: (random) => {
    let level = 3;
    let next = 150;
    return (t) => {
      if (t >= next) {
        level = Math.max(1, Math.min(8, level + (random.chance(0.5) ? -1 : 1)));
        next = t + random.integer(60, 260);
      }
      return level;
    };
  },
  // Five of seven cycles of 144 points, busy for 60 of them.
  'business-hours': (random) => (t) => {
    const isOpen = Math.floor(t / 144) % 7 < 5 && t % 144 >= 48 && t % 144 < 108;
    return (isOpen ? 200 : 20) * (1 + random.normal(0, 0.05));
  },
  nightly: (random) => (t) => random.normal(10, 1) + (t % 1440 >= 120 && t % 1440 < 140 ? 30 : 0),
  bursts: (random) => {
    let left = 0;
    return () => {
      if (random.chance(0.01)) left = 5;
      return random.normal(10, 1) + (left-- > 0 ? 12 : 0);
    };
  },
};

const asked = option('kinds', Object.keys(kinds).join(',')).split(',');
const totals = budgets.map(() => 0);
console.log(`Incidents per series and week: ${seeds} seeds of ${points} points each`);
console.log(['kind'.padEnd(14), ...budgets.map((budget) => budget.padStart(9))].join(' '));
for (const kind of asked) {
  const opened = budgets.map(() => 0);
  for (let seed = 1; seed <= seeds; seed++) {
    const next = kinds[kind](createRandom(7919 * seed));
    // One pass: how much a point stands out does not depend on the budget.
    const monitors = new BudgetMonitors({ step }, budgets);
    for (let t = 0; t < points; t++) {
      monitors.append(t * step, next(t)).forEach(({ incidents }, b) => {
        for (const { change } of incidents) if (change === 'opened') opened[b]++;
      });
    }
  }
  const rates = opened.map((count) => (count * WEEK) / (seeds * points));
  rates.forEach((rate, b) => (totals[b] += rate / asked.length));
  console.log([kind.padEnd(14), ...rates.map((rate) => rate.toFixed(2).padStart(9))].join(' '));
}
console.log(['mean'.padEnd(14), ...totals.map((rate) => rate.toFixed(2).padStart(9))].join(' '));
