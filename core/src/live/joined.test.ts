import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.js';
import { joinIncidents, type IncidentMember, type JoinableEvent, type JoinableSeries } from './joined.js';

const step = 15_000;
const from = Date.UTC(2026, 0, 5);
const to = from + 480 * step;
const options = { from, to, step };
type Member = IncidentMember<JoinableEvent, JoinableSeries>;

/** 40 pods of two deployments on four nodes: pod-0 to pod-39, every fourth on the same node. */
const pods = Array.from({ length: 40 }, (_, i): JoinableSeries => ({
  name: `pod-${i}`,
  labels: { pod: `pod-${i}`, app: i % 2 ? 'api' : 'web', node: `n${i % 4}`, job: 'kube' },
}));
const at = (series: JoinableSeries, point: number, severity = 50, points = 10): Member => ({
  series,
  event: { start: from + point * step, end: from + (point + points) * step, severity },
});

describe('joinIncidents', () => {
  it('joins what begins together, with its label and the likely cause first', () => {
    // All on node n3; pod-7 begins first, pod-11 one step later and graver, and the others follow.
    const members = [7, 11, 15, 19, 3, 23].map((i, k) => at(pods[i]!, 200 + k, i === 11 ? 90 : 40 + k));
    const alone = [at(pods[2]!, 40), at(pods[30]!, 400, 99)];
    const [incident, ...others] = joinIncidents([...members, ...alone].reverse(), pods, options);
    expect(others).toEqual([]);
    expect(incident!.members.map(({ series }) => series.name)).toEqual([
      'pod-11',
      'pod-7',
      'pod-15',
      'pod-19',
      'pod-3',
      'pod-23',
    ]);
    expect(incident).toMatchObject({
      start: from + 200 * step,
      end: from + 215 * step,
      severity: 90,
      shared: { app: 'api', node: 'n3' },
      by: 'pod',
      affected: 6,
      of: 10,
    });
  });

  it('counts series where no single label tells them apart, and where there are no labels', () => {
    const cores = Array.from({ length: 32 }, (_, i): JoinableSeries => ({
      name: `cpu ${i}`,
      labels: { host: `h${i >> 3}`, cpu: String(i % 8) },
    }));
    const [several] = joinIncidents(
      [0, 1, 8, 9].map((i) => at(cores[i]!, 100)),
      cores,
      options,
    );
    expect(several).toMatchObject({ shared: {}, affected: 4, of: 32 });
    expect(several!.by).toBeUndefined();
    const [one] = joinIncidents(
      [0, 1, 2, 3].map((i) => at(cores[i]!, 100)),
      cores,
      options,
    );
    expect(one).toMatchObject({ shared: { host: 'h0' }, by: 'cpu', affected: 4, of: 8 });
    const bare = cores.map(({ name }) => ({ name }));
    const [plain] = joinIncidents(
      [3, 4, 5].map((i) => at(bare[i]!, 100)),
      bare,
      options,
    );
    expect(plain).toMatchObject({ shared: {}, affected: 3, of: 32 });
  });

  it('tells two incidents at different times apart, the gravest first', () => {
    const first = [1, 5, 9, 13].map((i) => at(pods[i]!, 100, 30));
    const second = [0, 4, 8].map((i) => at(pods[i]!, 300, 80));
    const joined = joinIncidents([...first, ...second], pods, options);
    expect(joined.map(({ affected }) => affected)).toEqual([3, 4]);
  });

  it('takes what goes on at the same time with the same labels for a part of it', () => {
    const node = pods.filter(({ labels }) => labels!.node === 'n1');
    const begun = node.slice(0, 7).map((pod) => at(pod, 200, 50, 40));
    const early = at(node[8]!, 170, 95, 60);
    const elsewhere = at(pods[0]!, 170, 95, 60);
    const later = at(node[9]!, 300);
    const joined = joinIncidents([...begun, early, elsewhere, later], pods, options);
    expect(joined).toHaveLength(1);
    expect(joined[0]).toMatchObject({ affected: 8, of: 10, severity: 95, start: from + 200 * step });
    expect(joined[0]!.members.at(-1)).toBe(early);
  });

  it('takes several events of one series for one member, and one series for no incident', () => {
    const flapping = [200, 202, 204, 206].map((point) => at(pods[7]!, point, 50, 1));
    expect(joinIncidents(flapping, pods, options)).toEqual([]);
    const [incident] = joinIncidents([...flapping, at(pods[8]!, 200), at(pods[9]!, 201)], pods, options);
    expect(incident!.affected).toBe(3);
  });

  it('leaves alone what went on when the look began, and reads nothing into an empty one', () => {
    expect(
      joinIncidents(
        pods.slice(0, 9).map((pod) => at(pod, 0)),
        pods,
        options,
      ),
    ).toEqual([]);
    expect(joinIncidents([], pods, options)).toEqual([]);
    expect(joinIncidents([at(pods[0]!, 5), at(pods[1]!, 5)], pods, { ...options, to: from })).toEqual([]);
  });

  it('hardly ever joins what begins by chance, at any rate of events', () => {
    const random = createRandom(5);
    let looks = 0;
    let wrong = 0;
    for (const count of [2, 5, 20, 100, 500]) {
      for (let k = 0; k < 40; k++, looks++) {
        const events = Array.from({ length: count }, (_, i) =>
          at({ name: `s${i}`, labels: { host: `s${i}` } }, 1 + Math.floor(random.uniform() * 478)),
        );
        if (
          joinIncidents(
            events,
            events.map(({ series }) => series),
            options,
          ).length > 0
        )
          wrong++;
      }
    }
    expect(wrong / looks).toBeLessThan(0.06);
  });

  it('finds a fault among unrelated events', () => {
    const random = createRandom(6);
    const found = Array.from({ length: 20 }, () => {
      const chance = Array.from({ length: 60 }, (_, i) =>
        at({ name: `s${i}`, labels: { host: `s${i}` } }, 1 + Math.floor(random.uniform() * 478)),
      );
      const fault = pods.slice(0, 12).map((pod) => at(pod, 250 + Math.floor(random.uniform() * 4), 70));
      const all = [...chance, ...fault];
      const joined = joinIncidents(
        all,
        all.map(({ series }) => series),
        options,
      );
      return joined.some(({ members }) => members.filter(({ series }) => series.labels?.pod).length >= 11);
    });
    expect(found.every(Boolean)).toBe(true);
  });
});
