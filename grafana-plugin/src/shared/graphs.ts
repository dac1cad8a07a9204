import type { GraphJob, GraphResult } from './jobTypes.js';
import { measureSize } from './size.js';
import { ContentHash, stableJson } from './hash.js';
import { Scorings } from './scorings.js';
import type { Origin, ScoringService } from './service.js';

const cacheBytes = 8 * 1024 * 1024;

/** Scores maps for every query and layer of the page, in the service's pool. */
export class GraphScoring {
  private readonly scorings: Scorings<GraphResult>;

  constructor(private readonly service: Pick<ScoringService, 'runOn' | 'activity'>) {
    this.scorings = new Scorings(service.activity, cacheBytes);
  }

  /** @throws HeedError what the scoring throws, and cancelled */
  async score(map: Omit<GraphJob, 'kind'>, origin: Origin, signal: AbortSignal): Promise<GraphResult> {
    const points = map.nodes.length;
    return this.scorings.get(
      new ContentHash().text(stableJson(map)).digest(),
      { ...origin, detector: 'graph-attention', points },
      async (abort) => {
        const { result, milliseconds, where } = await this.service.runOn(
          { kind: 'graph', ...map },
          { signal: abort },
        );
        const events = result.anomalies.length;
        return {
          value: result,
          bytes: measureSize(result),
          spent: { milliseconds, where, events, scoredPoints: points },
        };
      },
      signal,
    );
  }
}
