/**
 * Static SVG as text: attributes only. Hosts that show notebooks and READMEs strip `style` and scripts, and several
 * plots may stand in one page, so there are no ids either (no clip paths, no gradients).
 */
import { checkText } from '../check-argument.js';

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Fonts of equal widths come first, so that the layout holds where text is measured only by estimate. */
const fontFamily = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

const forbidden =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/**
 * Replaces what XML 1.0 forbids (control characters, lone surrogates), so that any channel name stays drawable, and what
 * turns the order of text around, so that it is read as it is.
 */
export function cleanText(text: string): string {
  checkText('text', text);
  return text
    .replace(forbidden, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** Text made safe between tags and in double-quoted attributes. */
export function escapeXml(text: string): string {
  return cleanText(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

/** Two decimals are a hundredth of a pixel. */
function attributeValue(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : escapeXml(value);
}

/** One element; `children` is markup already. */
export function element(
  name: string,
  attributes: Attributes,
  children: string | readonly string[] = '',
): string {
  let head = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) head += ` ${key}="${attributeValue(value)}"`;
  }
  const body = typeof children === 'string' ? children : children.join('');
  return body === '' ? `${head}/>` : `${head}>${body}</${name}>`;
}

export interface TextOptions {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  readonly fill?: string;
  /** Cut with an ellipsis beyond this width; the whole text then shows on hovering. */
  readonly maxWidth?: number;
  readonly rotate?: number;
}

function hovered(text: string): string {
  return text.length <= mostHovered ? text : `${text.slice(0, mostHovered)}…`;
}

/** A line of text with its baseline at (x, y). */
export function textElement(x: number, y: number, content: string, options: TextOptions = {}): string {
  const size = options.size ?? 11;
  const cut =
    options.maxWidth === undefined ? content : truncateText(content, options.maxWidth, size, options.bold);
  const hover = cut === content ? '' : element('title', {}, escapeXml(hovered(content)));
  return element(
    'text',
    {
      x,
      y,
      'font-size': size === 11 ? undefined : size,
      'text-anchor': options.anchor === 'start' ? undefined : options.anchor,
      'font-weight': options.bold ? 'bold' : undefined,
      fill: options.fill,
      transform: options.rotate === undefined ? undefined : `rotate(${options.rotate} ${x} ${y})`,
    },
    hover + escapeXml(cut),
  );
}

/** Estimated width of a character in units of the font size. */
function characterWidth(character: string): number {
  const code = character.codePointAt(0)!;
  if (code >= 0x1100) return code >= 0x2000 && code < 0x2e80 ? 0.8 : 1.05;
  if ("iljtfrI.,:;|!'()[]/\\ ".includes(character)) return 0.34;
  if ('mwMW%@'.includes(character)) return 0.92;
  return character >= 'A' && character <= 'Z' ? 0.72 : 0.58;
}

const pixelsPerEm = (size: number, bold: boolean): number => size * (bold ? 1.07 : 1.02);

/** Estimated width in pixels, a little more than Helvetica needs, so that wider fallback fonts still fit. */
export function textWidth(text: string, size = 11, bold = false): number {
  let em = 0;
  for (const character of text) em += characterWidth(character);
  return em * pixelsPerEm(size, bold);
}

/** The text, or as much of it as fits into `width` pixels with an ellipsis; reads no more of it than that. */
export function truncateText(text: string, width: number, size = 11, bold = false): string {
  checkText('text', text);
  const pixels = pixelsPerEm(size, bold);
  const ellipsis = characterWidth('…');
  let em = 0;
  let kept = 0;
  let at = 0;
  for (const character of text) {
    em += characterWidth(character);
    if (em * pixels > width) return `${text.slice(0, kept).trimEnd()}…`;
    at += character.length;
    if ((em + ellipsis) * pixels <= width) kept = at;
  }
  return text;
}

/** Most characters of a text that shows on hovering. */
const mostHovered = 1000;

/** The whole document: a white ground, so that it can be read on dark pages too. */
export function svgDocument(
  width: number,
  height: number,
  label: string,
  children: readonly string[],
): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${Math.round(width)} ${Math.round(height)}`,
      role: 'img',
      'aria-label': label,
      'font-family': fontFamily,
      'font-size': 11,
      fill: '#333333',
    },
    [element('rect', { width, height, fill: '#ffffff' }), ...children],
  );
}
