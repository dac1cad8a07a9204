import { getFieldDisplayName, type DataFrame } from '@grafana/data';
import { seriesOfFrames } from '@heed/core/series';
import { heedMeta } from '../shared/heedMeta.js';
import { scoringService } from '../shared/services.js';
import type { TestedSeries } from './useBacktest.js';

/** The series of a panel, with the history that the scoring had. */
export function seriesIn(frames: readonly DataFrame[]): TestedSeries[] {
  const scored = new Map<string, TestedSeries>();
  for (const frame of frames) {
    const meta = heedMeta(frame);
    const known = meta?.key ? scoringService().recall(meta.key) : undefined;
    if (known && !meta!.peers)
      scored.set(meta!.key!, { name: meta!.group ?? frame.name ?? '', series: known.series });
  }
  const plain = frames.filter((frame) => !heedMeta(frame));
  const parts = seriesOfFrames(plain, (field, frame) => getFieldDisplayName(field, frame, plain));
  return [...scored.values(), ...parts.map(({ name, series }) => ({ name, series }))];
}
