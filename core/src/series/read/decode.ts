import { notText } from './rows.js';

/** Turns bytes that come in pieces into text. */
export interface TextReader {
  decode(chunk: Uint8Array | string): string;
  end(): string;
  /** What a reader should know: an encoding that is not UTF-8. */
  readonly notes: readonly string[];
}

/** Bytes that show the encoding where they are no UTF-8. */
const HEAD = 4096;

/**
 * Decodes UTF-8, UTF-16 (by its byte order mark or its NULs) and, where the bytes are no UTF-8, Windows-1251, Shift_JIS
 * or Windows-1252, of which Latin-1 is a part, as the bytes show. A byte order mark is left out.
 */
export function createTextDecoder(name: string | undefined): TextReader {
  const notes: string[] = [];
  let decoder: TextDecoder | null = null;
  let encoding = '';
  let first = true;
  /** Bytes of a character that the last piece cut. */
  let cut: Uint8Array = new Uint8Array(0);
  /** A character of several bytes was read: the text is UTF-8, and what is not is broken. */
  let wide = false;

  const decode = (bytes: Uint8Array, last: boolean): string => {
    if (decoder === null) {
      encoding = sniff(bytes);
      decoder = new TextDecoder(encoding, { fatal: true });
      if (encoding !== 'utf-8') notes.push(`The text is ${encoding.toUpperCase()}.`);
    }
    try {
      const text = decoder.decode(bytes, { stream: !last });
      if (encoding === 'utf-8') {
        cut = last ? cut : cutCharacter(bytes, cut);
        wide ||= text.length < bytes.length;
      }
      return text;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      if (encoding !== 'utf-8' || wide || looksBinary(bytes) || isBrokenUtf8(bytes)) {
        throw notText(name, `it holds bytes that are not ${encoding.toUpperCase()}`);
      }
      const some = bytes.subarray(0, 1 << 16);
      const shown = new Uint8Array(cut.length + some.length);
      shown.set(cut);
      shown.set(some, cut.length);
      encoding = guessEncoding(shown);
      decoder = new TextDecoder(encoding);
      notes.push(`The text is not UTF-8; it was read as ${shownEncoding[encoding]}.`);
      return decoder.decode(cut, { stream: true }) + decoder.decode(bytes, { stream: !last });
    }
  };
  return {
    notes,
    decode(chunk) {
      if (chunk.length === 0) return '';
      if (typeof chunk !== 'string') return decode(chunk, false);
      const text = first && chunk.charCodeAt(0) === 0xfeff ? chunk.slice(1) : chunk;
      first = false;
      return text;
    },
    end: () => (decoder === null ? '' : decode(new Uint8Array(0), true)),
  };
}

const shownEncoding: Readonly<Record<string, string>> = {
  'windows-1252': 'Windows-1252 (Latin-1)',
  'windows-1251': 'Windows-1251 (Cyrillic)',
  shift_jis: 'Shift_JIS (Japanese)',
};

/** The encoding of a text that is not UTF-8: Cyrillic words are runs of high bytes, Japanese ones pairs of them. */
function guessEncoding(bytes: Uint8Array): string {
  let [high, letters, runs, run, low] = [0, 0, 0, 0, 0];
  for (const byte of bytes) {
    if (byte < 128) run = 0;
    else {
      high++;
      if (byte >= 0xc0 || byte === 0xa8 || byte === 0xb8) letters++;
      else if (byte < 0xa0) low++;
      if (++run === 4) runs++;
    }
  }
  if (letters >= 0.9 * high && runs > 0 && 8 * runs >= high / 4) return 'windows-1251';
  if (low > 0) {
    try {
      const text = new TextDecoder('shift_jis', { fatal: true }).decode(bytes.subarray(0, bytes.length - 1), {
        stream: true,
      });
      const japanese = text.match(/[\u3040-\u30ff\u4e00-\u9fff]/g)?.length ?? 0;
      const other = text.match(/[^\0-\u007f\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]/g)?.length ?? 0;
      if (japanese > 1 && japanese > 4 * other) return 'shift_jis';
    } catch {
      // Some other encoding.
    }
  }
  return 'windows-1252';
}

/** The bytes at the end of a piece that begin a character without ending it. */
function cutCharacter(bytes: Uint8Array, before: Uint8Array): Uint8Array {
  const tail = bytes.length >= 4 ? bytes.subarray(-4) : Uint8Array.of(...before, ...bytes).subarray(-4);
  for (let back = 1; back <= Math.min(3, tail.length); back++) {
    const byte = tail[tail.length - back]!;
    if (byte < 128) break;
    if (byte < 192) continue;
    const length = byte < 224 ? 2 : byte < 240 ? 3 : 4;
    return length > back ? tail.slice(tail.length - back) : new Uint8Array(0);
  }
  return new Uint8Array(0);
}

/** The encoding by the first bytes. */
function sniff(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, HEAD);
  let [even, odd] = [0, 0];
  head.forEach((byte, i) => {
    if (byte !== 0) return;
    if (i % 2 === 0) even++;
    else odd++;
  });
  const half = head.length / 2;
  if (head.length >= 8 && odd > 0.7 * half && even < 0.1 * half) return 'utf-16le';
  if (head.length >= 8 && even > 0.7 * half && odd < 0.1 * half) return 'utf-16be';
  return 'utf-8';
}

/** True where most characters of several bytes are those of UTF-8: single bytes are broken. */
function isBrokenUtf8(bytes: Uint8Array): boolean {
  let [good, bad] = [0, 0];
  for (const character of new TextDecoder().decode(bytes.subarray(0, 1 << 16))) {
    if (character === '\uFFFD') bad++;
    else if (character > '\u007F') good++;
  }
  return good > 0 && good >= bad;
}

/** Control characters that no text has. */
function looksBinary(bytes: Uint8Array): boolean {
  let odd = 0;
  const head = bytes.subarray(0, HEAD);
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) odd++;
  return odd > 0.01 * head.length;
}
