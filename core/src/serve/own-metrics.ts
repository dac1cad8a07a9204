import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Output } from './outputs/output.js';
import type { Incidents } from './ledger.js';
import type { ClusterState, Watched } from './running.js';

export interface Observed {
  readonly watches: () => readonly Watched[];
  readonly outputs: () => readonly Output[];
  readonly ledger: () => Incidents;
  /** Undefined where this process works alone. */
  readonly cluster: () => ClusterState | undefined;
}

/**
 * What the service says of itself; read when it is asked.
 * @param isOpen in the OpenMetrics format
 */
export function ownMetrics({ watches, outputs, ledger, cluster }: Observed, isOpen: boolean): Registry {
  const registry = new Registry();
  if (isOpen) {
    (registry as unknown as Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>).setContentType(
      Registry.OPENMETRICS_CONTENT_TYPE,
    );
  }
  const registers = [registry];
  const perQuery = (name: string, help: string, value: (one: Watched) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      labelNames: ['query'],
      collect() {
        this.reset();
        for (const one of watches()) {
          const number = value(one);
          if (!Number.isNaN(number)) this.set({ query: one.watch.query.name }, number);
        }
      },
    });
  };
  const counted = (
    name: string,
    help: string,
    label: 'query' | 'output',
    values: () => readonly (readonly [string, number])[],
  ): void => {
    new Counter({
      name,
      help,
      registers,
      labelNames: [label],
      collect() {
        this.reset();
        for (const [value, count] of values()) this.inc({ [label]: value }, count);
      },
    });
  };
  const byQuery = (count: (one: Watched) => number) => () =>
    watches().map((one) => [one.watch.query.name, count(one)] as const);
  const byOutput = (count: (one: Output) => number) => () =>
    outputs().map((one) => [one.name, count(one)] as const);

  perQuery('heed_up', '1 where the last round of the query went well, else 0.', ({ watch, reads }) =>
    !reads ? NaN : watch.failure === undefined && watch.rounds > 0 ? 1 : 0,
  );
  perQuery('heed_series', 'Series watched.', ({ fleet }) => fleet.units.size);
  perQuery('heed_series_left_out', 'Series that the limit leaves out.', ({ fleet }) => fleet.leftOut);
  perQuery(
    'heed_series_failing',
    'Series whose latest point could not be judged.',
    ({ fleet }) => fleet.failing,
  );
  perQuery(
    'heed_last_point_timestamp_seconds',
    'Time of the latest point that was judged.',
    ({ watch, reads }) => (reads ? watch.last / 1000 : NaN),
  );
  perQuery('heed_round_seconds', 'How long the last round took.', ({ watch }) => watch.milliseconds / 1000);
  counted(
    'heed_rounds_total',
    'Rounds that went well.',
    'query',
    byQuery(({ watch }) => watch.rounds),
  );
  counted(
    'heed_round_failures_total',
    'Rounds that failed.',
    'query',
    byQuery(({ watch }) => watch.failures),
  );
  counted(
    'heed_malformed_samples_total',
    'Samples and series of answers that could not be read.',
    'query',
    byQuery(({ watch }) => watch.malformed),
  );
  counted(
    'heed_points_caught_up_total',
    'Points of the grid that were read after a pause, history included.',
    'query',
    byQuery(({ watch }) => watch.caughtUp),
  );
  counted(
    'heed_state_saved_bytes_total',
    'Bytes of monitors that were written to the state.',
    'query',
    byQuery(({ fleet }) => fleet.savedBytes),
  );
  counted(
    'heed_output_sent_total',
    'Messages that an output took.',
    'output',
    byOutput(({ sent }) => sent),
  );
  counted(
    'heed_output_failures_total',
    'Attempts to send that failed; they are repeated.',
    'output',
    byOutput(({ failures }) => failures),
  );
  counted(
    'heed_output_dropped_total',
    'Messages given up: refused, or pushed out of a full queue.',
    'output',
    byOutput(({ dropped }) => dropped),
  );
  new Gauge({
    name: 'heed_output_waiting',
    help: 'Messages that wait for an output.',
    registers,
    labelNames: ['output'],
    collect() {
      this.reset();
      for (const { name, waiting } of outputs()) this.set({ output: name }, waiting);
    },
  });
  new Gauge({
    name: 'heed_incidents_open',
    help: 'Open incidents, muted ones included.',
    registers,
    collect() {
      this.set(ledger().listOpen().length);
    },
  });
  new Counter({
    name: 'heed_incidents_total',
    help: 'Incidents opened since the start.',
    registers,
    collect() {
      this.reset();
      this.inc(ledger().opened);
    },
  });
  const ofCluster = (name: string, help: string, value: (state: ClusterState) => number): void => {
    if (!cluster()) return;
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const state = cluster();
        const number = state ? value(state) : NaN;
        this.reset();
        if (Number.isNaN(number)) this.remove();
        else this.set(number);
      },
    });
  };
  ofCluster(
    'heed_redis_leader',
    '1 where this process reads the sources and tells the outputs.',
    ({ leads }) => (leads ? 1 : 0),
  );
  ofCluster('heed_redis_shards', 'Shards that are held here.', ({ shards }) => shards);
  ofCluster('heed_redis_jobs', 'Jobs that this process has taken since its start.', ({ jobs }) => jobs);
  ofCluster('heed_redis_shards_lost', 'Shards that went to another process under way.', ({ lost }) => lost);
  ofCluster(
    'heed_redis_shards_behind',
    'Shards that had not judged the last round in its time; of who leads.',
    ({ behind }) => behind,
  );
  collectDefaultMetrics({ register: registry });
  return registry;
}
