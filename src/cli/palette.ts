/** Colours for a terminal, or none. */
export interface Palette {
  readonly isColoured: boolean;
  /** The colour of the `index`th server; neighbours differ. */
  server(index: number, text: string): string;
  good(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
}

const SERVER_COLOURS = [36, 33, 35, 32, 34, 96, 93, 95, 92, 94];

export function createPalette(options: { readonly isColoured: boolean }): Palette {
  const paint = (code: number, text: string): string =>
    options.isColoured && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text;
  return {
    isColoured: options.isColoured,
    server: (index, text) => paint(SERVER_COLOURS[index % SERVER_COLOURS.length] ?? 36, text),
    good: (text) => paint(32, text),
    bad: (text) => paint(31, text),
    faint: (text) => paint(2, text),
    strong: (text) => paint(1, text),
  };
}
