import { appendFile, readFile } from 'node:fs/promises';
import { HeedError } from '../errors.js';
import type { EvaluateResult } from './evaluate-task.js';

/** Results of earlier runs in a file of one JSON object per line; every finished result is added at once. */
export class EvaluationCache {
  private constructor(
    private readonly path: string,
    private readonly results: Map<string, EvaluateResult>,
  ) {}

  /** @throws HeedError bad-json where the file is something else, file-unreadable, output-unwritable */
  static async open(path: string): Promise<EvaluationCache> {
    const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return '';
      throw new HeedError(
        'file-unreadable',
        'the results cannot be read',
        'Name a file for --resume.',
        { file: path },
        cause,
      );
    });
    const results = new Map<string, EvaluateResult>();
    const lines = text.split('\n');
    lines.forEach((line, i) => {
      if (line.trim() === '') return;
      try {
        const { key, result } = JSON.parse(line) as { key: string; result: EvaluateResult };
        if (typeof key !== 'string' || !('VUS-PR' in result.metrics)) throw new Error('other content');
        results.set(key, result);
      } catch (cause) {
        // A run that was killed may have left half of its last line.
        if (i === lines.length - 1) return;
        throw new HeedError(
          'bad-json',
          'this is not a result of `heed evaluate --resume`',
          'Name a new file, or one that an earlier evaluation wrote.',
          { file: path, line: i + 1 },
          cause,
        );
      }
    });
    const cache = new EvaluationCache(path, results);
    // Written to even where there is nothing to add: a place that takes no results is told before the work.
    await cache.append(text === '' || text.endsWith('\n') ? '' : '\n');
    return cache;
  }

  get(key: string): EvaluateResult | undefined {
    return this.results.get(key);
  }

  /** @throws HeedError output-unwritable */
  async add(key: string, result: EvaluateResult): Promise<void> {
    this.results.set(key, result);
    await this.append(`${JSON.stringify({ key, result })}\n`);
  }

  private async append(text: string): Promise<void> {
    await appendFile(this.path, text).catch((cause: unknown) => {
      throw new HeedError(
        'output-unwritable',
        'the results cannot be kept',
        'Choose another file for --resume.',
        { file: this.path },
        cause,
      );
    });
  }
}
