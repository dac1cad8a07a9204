import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { writeNotebook, type Cell, type Notebook } from './nbformat.js';
import { kernelSpecMetadata } from './spec.js';

/** What `heed.readSeriesFile` reads. */
const dataEndings = new Set([
  '.csv',
  '.tsv',
  '.txt',
  '.json',
  '.jsonl',
  '.ndjson',
  '.parquet',
  '.xlsx',
  '.gz',
  '.zst',
]);

/** True for a file that a starter notebook can be made for. */
export function isDataFile(path: string): boolean {
  return dataEndings.has(extname(path).toLowerCase());
}

/** A notebook in three cells for a data file: its series, what is anomalous in it, and a closer look. */
export function starterNotebook(dataFile: string): Notebook {
  const sources: [Cell['cell_type'], string][] = [
    ['markdown', `# ${dataFile}\n\nRun one cell after the other with **Shift+Enter**.`],
    ['code', `const { series } = await heed.readSeriesFile(${JSON.stringify(dataFile)});\nseries`],
    ['code', 'const detection = await heed.detect(series);\ndetection'],
    [
      'code',
      [
        '// The most severe event, and the normal stretches it was compared with.',
        'const worst = [...detection.events].sort((a, b) => b.severity - a.severity)[0];',
        'worst',
        '  ? heed.plotAttended(series, worst) ?? worst.reason',
        "  : 'Nothing anomalous. More sensitive: heed.detect(series, { events: { sensitivity: 80 } })'",
      ].join('\n'),
    ],
  ];
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { ...kernelSpecMetadata },
    cells: sources.map(([cell_type, source], i) => ({
      cell_type,
      id: `start-${i}`,
      metadata: {},
      source,
      ...(cell_type === 'code' ? { execution_count: null, outputs: [] } : {}),
    })),
  };
}

/**
 * The notebook beside a data file, `metrics.ipynb` for `metrics.csv`; written where there is none yet.
 * @returns its path
 */
export function notebookBeside(dataFile: string): string {
  const name = basename(dataFile);
  const path = join(dirname(dataFile), `${name.slice(0, -extname(name).length)}.ipynb`);
  if (!existsSync(path)) writeNotebook(path, starterNotebook(name));
  return path;
}
