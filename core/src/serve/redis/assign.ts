/**
 * Who has which shard: whoever had it last and lives, as long as that is no more than a fair share, so that monitors stay
 * where they are; the rest go to who has the fewest.
 * @param shards names
 * @param owners who had them
 * @param workers that live
 */
export function assignShards(
  shards: readonly string[],
  owners: Readonly<Record<string, string>>,
  workers: readonly string[],
): Map<string, string> {
  const given = new Map<string, string>();
  if (workers.length === 0) return given;
  const counts = new Map(workers.map((worker) => [worker, 0]));
  const fair = Math.ceil(shards.length / workers.length);
  const give = (shard: string, worker: string): void => {
    given.set(shard, worker);
    counts.set(worker, counts.get(worker)! + 1);
  };
  for (const shard of shards) {
    const owner = owners[shard];
    if (owner !== undefined && counts.has(owner) && counts.get(owner)! < fair) give(shard, owner);
  }
  for (const shard of shards) {
    if (given.has(shard)) continue;
    const [least] = [...counts].reduce((a, b) => (b[1] < a[1] ? b : a));
    give(shard, least);
  }
  return given;
}
