/** Names of what is kept in Redis. */
export const makeKeys = (prefix: string) => ({
  prefix,
  /** Who reads the sources and gives out the work, and how often that has changed. */
  leader: `${prefix}:leader`,
  epoch: `${prefix}:epoch`,
  /** Processes that live: until when, by the clock of Redis. */
  workers: `${prefix}:workers`,
  /** Which process has a shard: `query/shard`. */
  owners: `${prefix}:owners`,
  /** Queries, and when they were last read (epoch ms). */
  queries: `${prefix}:queries`,
  /** Changes of incidents that the outputs have not been given. */
  outbox: `${prefix}:outbox`,
  /** What waits in the queues of outputs. */
  delivery: `${prefix}:delivery`,
  /** Of BullMQ's queues. */
  bull: `${prefix}:bull`,
});
export type Keys = ReturnType<typeof makeKeys>;

/** Names of what is kept of one query: hashes by shard, and some keys of one shard each. */
export function makeQueryKeys({ prefix }: Keys, query: string) {
  const own = `${prefix}:query:${query}`;
  return {
    /** Number of the newest batch, and the time of its last point. */
    head: `${own}:head`,
    times: `${own}:times`,
    /** Number of the newest batch that was judged. */
    done: `${own}:done`,
    /** Token of the process that may write. */
    fence: `${own}:fence`,
    /** Key of the latest snapshot, and how many series there are. */
    snapshots: `${own}:snapshots`,
    sizes: `${own}:sizes`,
    /** Batches by number, since the latest snapshot. */
    log: (shard: number) => `${own}:log:${shard}`,
    incidents: (shard: number) => `${own}:incidents:${shard}`,
    snapshot: (shard: number, token: string, position: number) =>
      `${own}:snapshot:${shard}:${token}:${position}`,
  };
}
export type QueryKeys = ReturnType<typeof makeQueryKeys>;
