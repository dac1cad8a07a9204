import type { AnomalyEvent, Detection } from './types.js';
import type { Series } from '../series/series.js';

const scored = new WeakMap<object, Series>();

/** Remembers which series a detection and its events belong to, without keeping it alive. */
export function rememberSeries(detection: Detection, series: Series): Detection {
  scored.set(detection, series);
  scored.set(detection.events, series);
  for (const event of detection.events) scored.set(event, series);
  return detection;
}

/** The series that gave this detection, list of events or event; undefined for one made by hand or read from JSON. */
export function seriesOf(detection: Detection | readonly AnomalyEvent[] | AnomalyEvent): Series | undefined {
  return scored.get(detection);
}
