import { expect, it } from 'vitest';
import * as all from './all.js';
import * as root from './index.js';

it('gives at the root what most programs need, and no more by accident', () => {
  expect(Object.keys(root).sort()).toEqual(
    [
      ...['HeedError', 'isHeedError', 'throwIfAborted'],
      ...['createSeries', 'sliceSeries', 'joinSeries', 'resample', 'createGraph', 'createGraphSequence'],
      ...['readCsv', 'readJson', 'seriesFromDataFrame', 'seriesFromRecords'],
      ...['seriesToCsv', 'seriesToJson', 'seriesToRecords'],
      ...['defineDetector', 'registerDetector', 'listDetectors', 'getDetectorDefinition', 'readFeedback'],
      ...['detect', 'createDetector', 'loadDetector', 'createGraphDetector', 'loadGraphDetector'],
      ...['detectionToJson', 'severityClass'],
      ...['createStream', 'createMonitor', 'restoreMonitor', 'backtest', 'createPool', 'serveScores'],
    ].sort(),
  );
});

it('gives every name of the root in the flat name space too', () => {
  for (const [name, value] of Object.entries(root)) expect(all, name).toHaveProperty(name, value);
});
