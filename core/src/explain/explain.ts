import type { RawScores } from '../detectors/contract.js';
import type { ScoreRun } from '../score/runs.js';
import { severityOf } from '../score/scores.js';
import type { AnomalyEvent } from '../score/types.js';
import type { Series } from '../series/series.js';

export function explainRun(series: Series, raw: RawScores, run: ScoreRun): AnomalyEvent {
  const time = series.time;
  const totals = series.channels.map((_, c) => {
    let sum = 0;
    for (let t = run.startIndex; t <= run.endIndex; t++) sum += raw.contributions?.[c]?.[t] ?? 1;
    return sum;
  });
  const total = totals.reduce((a, b) => a + b, 0) || 1;
  return {
    start: time[run.startIndex]!,
    end: time[run.endIndex]!,
    peak: time[run.peakIndex]!,
    ...run,
    severity: severityOf(run.score),
    direction: 'shape',
    channels: series.channels
      .map(({ name }, c) => ({ name, share: totals[c]! / total }))
      .sort((a, b) => b.share - a.share),
    attended: (raw.attend?.(run.startIndex, run.endIndex) ?? []).slice(0, 5).map((stretch) => ({
      ...stretch,
      startTime: time[stretch.start]!,
      endTime: time[stretch.end]!,
    })),
    reason: `${series.channels[0]!.name} is unusual`,
  };
}
