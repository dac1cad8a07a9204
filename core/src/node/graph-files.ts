import { open, readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { HeedError } from '../errors.js';
import {
  graphTextKind,
  readGraphCsv,
  readGraphJson,
  readGraphSequenceCsv,
  readGraphSequenceJson,
  type Graph,
  type GraphSequence,
  type GraphTextKind,
} from '../series/index.js';

/** Options of `readGraphFile`. */
export interface ReadGraphOptions {
  /** A CSV with the nodes' features, beside an edge list in CSV. */
  readonly nodes?: string;
  /** What `-` reads. */
  readonly stdin?: Readable;
}

/** Bytes that tell what a file holds. */
const HEAD = 65_536;

/**
 * Reads a graph, or a sequence of graphs where it has times, from JSON or from an edge list in CSV.
 * @param path the file, or `-` for `options.stdin`
 * @throws HeedError (rejects) file-unreadable, and what the readers of `series` throw; messages begin with the path
 */
export async function readGraphFile(
  path: string,
  options: ReadGraphOptions = {},
): Promise<Graph | GraphSequence> {
  const text = path === '-' && options.stdin ? await textOf(options.stdin) : await readText(path);
  const nodes = options.nodes === undefined ? undefined : await readText(options.nodes);
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
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
      return graphTextKind(buffer.toString('utf8', 0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'this is a directory'
          : `the file cannot be read (${code})`;
    throw new HeedError('file-unreadable', what, 'Check the path.', { file: path }, cause);
  }
}
