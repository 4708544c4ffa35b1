/** How text of a terminal looks. */
export interface Style {
  readonly foreground?: Colour | undefined;
  readonly background?: Colour | undefined;
  readonly isBold?: boolean;
  readonly isDim?: boolean;
  readonly isItalic?: boolean;
  readonly isUnderlined?: boolean;
  readonly isStruck?: boolean;
  readonly isInverse?: boolean;
}

/** One of the 256 colours of a terminal; 0 to 15 are the theme's. */
export type Colour = number;

export const PLAIN: Style = {};

/** What an attribute number sets; colours are apart. */
const ATTRIBUTES: Readonly<Record<number, Style>> = {
  1: { isBold: true },
  2: { isDim: true },
  3: { isItalic: true },
  4: { isUnderlined: true },
  7: { isInverse: true },
  9: { isStruck: true },
  21: { isUnderlined: true },
  22: { isBold: false, isDim: false },
  23: { isItalic: false },
  24: { isUnderlined: false },
  27: { isInverse: false },
  29: { isStruck: false },
  39: { foreground: undefined },
  49: { background: undefined },
};

/** The levels of red, green and blue in the colours 16 to 231. */
const LEVELS = [0, 95, 135, 175, 215, 255];

const FLAGS = [
  ['isBold', 'b'],
  ['isDim', 'd'],
  ['isItalic', 'i'],
  ['isUnderlined', 'u'],
  ['isStruck', 's'],
  ['isInverse', 'v'],
] as const;

/** The style after a colour sequence with these parameters (`1;31`, `38;5;208`, `38:2::255:0:0`). */
export function changeStyle(style: Style, parameters: string): Style {
  const groups = parameters.split(';').map((group) => group.split(':').map((part) => (part === '' ? 0 : Number(part))));
  let changed = style;
  for (let at = 0; at < groups.length; at++) {
    const group = groups[at] ?? [];
    const [code = 0] = group;
    if (code === 38 || code === 48) {
      const isOneGroup = group.length > 1;
      const values = isOneGroup ? group.slice(1) : groups.slice(at + 1, at + 5).map(([value = 0]) => value);
      const colour = extendedColour(values, isOneGroup);
      if (!isOneGroup) at += values[0] === 5 ? 2 : values[0] === 2 ? 4 : 0;
      if (colour !== undefined) changed = { ...changed, [code === 38 ? 'foreground' : 'background']: colour };
    } else if (code === 0) changed = PLAIN;
    else if (code === 4 && group[1] === 0) changed = { ...changed, isUnderlined: false };
    else changed = { ...changed, ...(ATTRIBUTES[code] ?? namedColour(code)) };
  }
  return changed;
}

/** A style as a text, equal for equal styles; empty for plain text. */
export function styleKey(style: Style): string {
  if (style === PLAIN) return '';
  const flags = FLAGS.map(([flag, letter]) => (style[flag] ? letter : '')).join('');
  const { foreground, background } = style;
  if (flags === '' && foreground === undefined && background === undefined) return '';
  return `${foreground ?? ''}/${background ?? ''}/${flags}`;
}

export function parseStyleKey(key: string): Style {
  const [foreground = '', background = '', flags = ''] = key.split('/');
  return {
    ...(foreground === '' ? {} : { foreground: Number(foreground) }),
    ...(background === '' ? {} : { background: Number(background) }),
    ...Object.fromEntries(FLAGS.filter(([, letter]) => flags.includes(letter)).map(([flag]) => [flag, true])),
  };
}

/** The value of a colour from 16 on: `#rrggbb`. */
export function hexOf(colour: Colour): string {
  const grey = 8 + (colour - 232) * 10;
  const cube = colour - 16;
  const parts =
    colour >= 232
      ? [grey, grey, grey]
      : [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((level) => LEVELS[level] ?? 0);
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function namedColour(code: number): Style {
  if (code >= 30 && code <= 37) return { foreground: code - 30 };
  if (code >= 40 && code <= 47) return { background: code - 40 };
  if (code >= 90 && code <= 97) return { foreground: code - 82 };
  if (code >= 100 && code <= 107) return { background: code - 92 };
  return {};
}

/** `5;n`, or `2;r;g;b`, whose nearest colour of the 256 is taken: styles stay few. With colons an unused part stands before r. */
function extendedColour(values: readonly number[], isOneGroup: boolean): Colour | undefined {
  const [kind] = values;
  const parts = kind === 2 && isOneGroup && values.length >= 5 ? values.slice(2, 5) : values.slice(1, 4);
  if (kind === 5) return isByte(values[1]) ? values[1] : undefined;
  if (kind !== 2 || parts.length < 3 || !parts.every(isByte)) return undefined;
  const [red = 0, green = 0, blue = 0] = parts.map(nearestLevel);
  return 16 + 36 * red + 6 * green + blue;
}

function nearestLevel(value: number): number {
  const distances = LEVELS.map((level) => Math.abs(level - value));
  return distances.indexOf(Math.min(...distances));
}

function isByte(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= 255;
}
