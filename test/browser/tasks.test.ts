// What the browser's benchmark counts, on a trace by hand.
import { expect, it } from 'vitest';
// @ts-expect-error -- plain JavaScript without types
import { mainThreadTasks } from '../../grafana-plugin/bench/tasks.mjs';

const [page, main, other] = [7, 1, 2];
const ms = 1000;
const mark = (name: string, ts: number) => ({ cat: 'blink.user_timing', name, pid: page, tid: main, ts });
const task = (ts: number, dur: number, tdur: number, tid = main) => ({
  name: 'ThreadControllerImpl::RunTask',
  ph: 'X',
  pid: page,
  tid,
  ts: ts * ms,
  dur: dur * ms,
  tdur: tdur * ms,
});
const frame = (id: number, functionName: string, url: string) => ({
  id,
  callFrame: { functionName, url, lineNumber: 0, columnNumber: id },
});

it('counts the tasks of the main thread between two marks, and blames scripts', () => {
  const events = [
    task(0, 900, 900),
    mark('begin', 1000 * ms),
    task(1010, 80, 60),
    task(1100, 90, 20),
    task(1200, 10, 10),
    task(1200, 500, 500, other),
    mark('end', 1300 * ms),
    mark('end', 2000 * ms),
    task(2010, 700, 700),
    { name: 'Profile', id: '0x1', pid: page, tid: main, args: { data: { startTime: 1000 * ms } } },
    {
      name: 'ProfileChunk',
      id: '0x1',
      pid: page,
      tid: other,
      args: {
        data: {
          cpuProfile: {
            nodes: [
              frame(1, 'build', 'http://h/public/plugins/heed-anomaly-panel/module.js'),
              frame(2, 'render', 'http://h/assets/host.js'),
            ],
            samples: [2, 2, 1],
          },
          timeDeltas: [20 * ms, 10 * ms, 20 * ms],
        },
      },
    },
  ];
  const trace = Buffer.from(JSON.stringify({ traceEvents: events }));
  const { total, seconds, longestCpu, longestWall, tasks } = mainThreadTasks(trace, 'begin', 'end', 50);
  expect({ total, seconds, longestCpu, longestWall }).toEqual({
    total: 3,
    seconds: 1,
    longestCpu: 60,
    longestWall: 90,
  });
  expect(tasks.map(({ wall, cpu }: { wall: number; cpu: number }) => [wall, cpu])).toEqual([
    [80, 60],
    [90, 20],
  ]);
  // 20 + 10 of 50 sampled ms were the host's.
  expect(tasks[0].heed).toBeCloseTo(24);
  expect(tasks[0].blame[0].what).toBe('host.js render:0:2');
  expect(() => mainThreadTasks(trace, 'begin', 'never', 50)).toThrow(/no marks/);
});
