import { checkRecord, checkText } from '../check-argument.js';
import { checkNumber } from '../check-number.js';
import { HeedError } from '../errors.js';

/** Options of `svgToPng`. */
export interface PngOptions {
  /** Pixels per SVG pixel; default 2. */
  readonly scale?: number;
}

/**
 * Turns one of Heed's plots into a PNG image with the fonts of this machine.
 * @param svg a whole SVG document
 * @returns the bytes of a PNG file
 * @throws HeedError tool-missing when the optional package `@resvg/resvg-js` is not installed; not-supported when the
 *   text is not an SVG document
 */
export async function svgToPng(svg: string, options: PngOptions = {}): Promise<Uint8Array> {
  checkText('svg', svg);
  checkRecord('options', options);
  const scale = options.scale ?? 2;
  checkNumber('the scale of the PNG image', scale, { above: 0, max: 8 });
  let resvg: typeof import('@resvg/resvg-js');
  try {
    resvg = await import('@resvg/resvg-js');
  } catch (cause) {
    throw new HeedError(
      'tool-missing',
      'PNG images need the package @resvg/resvg-js, which is not installed here',
      'Run `npm install @resvg/resvg-js`, or use the SVG.',
      undefined,
      cause,
    );
  }
  try {
    const image = new resvg.Resvg(svg, {
      fitTo: { mode: 'zoom', value: scale },
      font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
    });
    return image.render().asPng();
  } catch (cause) {
    throw new HeedError(
      'not-supported',
      `the text is not an SVG document that can be drawn (${cause instanceof Error ? cause.message.trim() : String(cause)})`,
      'Give the text of one of the plot functions.',
      undefined,
      cause,
    );
  }
}
