// Main-thread tasks of a page, read from a Chromium trace.

/** What a trace must hold. The profiler samples the stack, so that a long task can be blamed on a script. */
export const categories = [
  'toplevel',
  'devtools.timeline',
  'blink.user_timing',
  'disabled-by-default-v8.cpu_profiler',
];

/** Script of a page that marks `bench-start` when something on it first asks Heed for a scoring. */
export const markFirstScoring = `{
  let service;
  Object.defineProperty(globalThis, Symbol.for('heed.scoring-service/0.1.0'), {
    configurable: true,
    get: () => service,
    set(value) {
      service = value;
      const score = value.score;
      value.score = function (request) {
        performance.mark('bench-start');
        delete value.score;
        return score.call(value, request);
      };
    },
  });
}`;

/**
 * Tasks of the main thread between two marks of the page, longest first.
 * @param {Buffer} trace as Playwright's `stopTracing` gives it
 * @param {string} start name of the first `performance.mark`
 * @param {string} end name of the last one; the last of that name counts
 * @param {number} longest ms; only longer tasks are given back
 * @returns {{seconds: number, total: number, longestCpu: number, longestWall: number, tasks: Array<{at: number,
 *   wall: number, cpu: number, heed: number, blame: Array<{what: string, ms: number}>}>}} times in ms: `wall` by the
 *   clock, `cpu` on the processor (on a machine that does other work a task waits for a part of its time), `heed` the
 *   part of `cpu` with a script of Heed innermost
 */
export function mainThreadTasks(trace, start, end, longest) {
  const { traceEvents } = JSON.parse(trace.toString('utf8'));
  const marks = traceEvents.filter(({ cat }) => cat === 'blink.user_timing');
  const first = marks.find(({ name }) => name === start);
  const last = marks.findLast(({ name }) => name === end);
  if (!first || !last) throw new Error(`the trace has no marks "${start}" and "${end}"`);
  const { pid, tid } = first;
  const inside = traceEvents.filter(
    (event) =>
      event.pid === pid &&
      event.tid === tid &&
      event.ph === 'X' &&
      /RunTask$/.test(event.name) &&
      event.ts + event.dur > first.ts &&
      event.ts < last.ts,
  );
  const samples = profileOf(traceEvents, pid, tid);
  const most = (values) => values.reduce((a, b) => Math.max(a, b), 0) / 1000;
  return {
    seconds: (last.ts - first.ts) / 1e6,
    total: inside.length,
    longestCpu: most(inside.map(({ dur, tdur }) => tdur ?? dur)),
    longestWall: most(inside.map(({ dur }) => dur)),
    tasks: inside
      .filter(({ dur }) => dur > longest * 1000)
      .map(({ ts, dur, tdur }) => ({
        at: (ts - first.ts) / 1000,
        wall: dur / 1000,
        cpu: (tdur ?? dur) / 1000,
        ...blame(samples, ts, ts + dur, (tdur ?? dur) / 1000),
      }))
      .sort((a, b) => b.cpu - a.cpu),
  };
}

/** The samples of the profiler on one thread: [µs, µs since the one before, stack from the innermost frame out]. */
function profileOf(events, pid, tid) {
  const samples = [];
  const profiles = events.filter(({ name, pid: p, tid: t }) => name === 'Profile' && p === pid && t === tid);
  for (const { id, args } of profiles) {
    const nodes = new Map();
    let time = args.data.startTime;
    for (const chunk of events.filter((e) => e.name === 'ProfileChunk' && e.id === id && e.pid === pid)) {
      const { cpuProfile = {}, timeDeltas = [] } = chunk.args.data;
      for (const node of cpuProfile.nodes ?? []) nodes.set(node.id, node);
      (cpuProfile.samples ?? []).forEach((sample, i) => {
        time += timeDeltas[i];
        const stack = [];
        for (let node = nodes.get(sample); node; node = nodes.get(node.parent)) stack.push(node.callFrame);
        samples.push([time, timeDeltas[i], stack]);
      });
    }
  }
  return samples.sort((a, b) => a[0] - b[0]);
}

/** Who ran in a stretch of time: the part of Heed's scripts, and the functions that took most. */
function blame(samples, from, to, cpu) {
  const shares = new Map();
  let [all, heed] = [0, 0];
  for (const [at, since, stack] of samples) {
    if (at < from || at > to) continue;
    const own = stack.find(({ url }) => url);
    const script = own?.url.replace(/^.*\/(public\/plugins|assets)\//, '') ?? 'the browser';
    all += since;
    if (/heed-anomaly|\/(page|worker)\.js$/.test(own?.url ?? '')) heed += since;
    const what = `${script} ${own?.functionName || '(anonymous)'}:${own?.lineNumber ?? 0}:${own?.columnNumber ?? 0}`;
    shares.set(what, (shares.get(what) ?? 0) + since);
  }
  return {
    heed: all > 0 ? (cpu * heed) / all : 0,
    blame: [...shares]
      .map(([what, time]) => ({ what, ms: (cpu * time) / all }))
      .sort((a, b) => b.ms - a.ms)
      .slice(0, 12),
  };
}
