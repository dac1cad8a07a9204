import { checkRecord, checkText } from '../check-argument.js';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { HeedError } from '../errors.js';
import {
  graphTextKind,
  readGraphCsv,
  readGraphJson,
  readGraphSequenceCsv,
  readGraphSequenceJson,
  unpack,
  type Graph,
  type GraphSequence,
  type GraphTextKind,
} from '../series/index.js';
import { openInput, readText, readTextFile } from './open.js';

/** Options of `readGraphFile`. */
export interface ReadGraphOptions {
  /** A CSV with the nodes' features, beside an edge list in CSV. */
  readonly nodes?: string;
  /** What `-` reads. */
  readonly stdin?: Readable;
  readonly signal?: AbortSignal;
}

/** Bytes that tell what a file holds. */
const HEAD = 65_536;

/**
 * Reads a graph, or a sequence of graphs where it has times, from JSON or from an edge list in CSV, or gzip or zstd of
 * these.
 * @param path the file, or `-` for `options.stdin`
 * @throws HeedError (rejects) file-unreadable, and what the readers of `series` throw; messages begin with the path
 */
export async function readGraphFile(
  path: string,
  options: ReadGraphOptions = {},
): Promise<Graph | GraphSequence> {
  checkText('path', path);
  checkRecord('options', options);
  const { stdin, signal } = options;
  const text =
    path === '-' && stdin
      ? await readText(stdin, '(standard input)', { signal })
      : await readTextFile(path, { signal });
  const nodes = options.nodes === undefined ? undefined : await readTextFile(options.nodes, { signal });
  const kind = graphTextKind(text.slice(0, HEAD));
  if (!kind) {
    throw new HeedError(
      'bad-graph',
      'this is not a graph',
      'Give JSON { "nodes", "edges" }, or CSV with the columns source,target[,weight].',
      { file: path },
    );
  }
  if (text.trimStart().startsWith('{')) {
    if (nodes !== undefined) {
      throw new HeedError('bad-option', 'a graph in JSON has its nodes in it', 'Leave --nodes out.', {
        file: path,
      });
    }
    return kind === 'graph' ? readGraphJson(text, path) : readGraphSequenceJson(text, path);
  }
  return kind === 'graph' ? readGraphCsv(text, nodes, path) : readGraphSequenceCsv(text, nodes, path);
}

/** Whether a file holds a graph, a sequence of graphs, or something else; undefined too where it cannot be read. */
export async function graphFileKind(path: string): Promise<GraphTextKind> {
  try {
    if (!(await stat(path)).isFile()) return undefined;
    const { stream } = await openInput(path);
    try {
      const { all } = await unpack(stream, path);
      let head = Buffer.alloc(0);
      for await (const piece of all) {
        head = Buffer.concat([head, Buffer.from(piece as Uint8Array)]);
        if (head.length >= HEAD) break;
      }
      return graphTextKind(head.toString('utf8', 0, HEAD));
    } finally {
      stream.destroy();
    }
  } catch {
    return undefined;
  }
}
