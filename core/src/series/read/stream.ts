import { HeedError, throwIfAborted } from '../../errors.js';
import { YieldTimer } from '../../yield.js';
import { decompress, fileKind } from './binary.js';
import { createCsvReader, type TableReader } from './csv.js';
import { createJsonReader } from './json.js';
import type { ReadOptions, ReadResult, ReadRunOptions } from './options.js';
