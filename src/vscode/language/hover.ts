import { Hover, type HoverProvider, MarkdownString } from 'vscode';
import { hasYamlSupport } from './completion.ts';
import { eventDocument, isDeclarations } from './event-document.ts';
import { positionOf, rangeOf } from './range.ts';

/** Tells what a key of a header or of `cronium.yaml` means. */
export const eventHovers: HoverProvider = {
  provideHover: async (document, position) => {
    const event = eventDocument(document);
    if (!event || (isDeclarations(document.uri) && hasYamlSupport())) return undefined;
    const { hoverAt, speaksOfEvents } = await import('../../app/language.ts');
    const hover = speaksOfEvents(event) ? hoverAt(event, positionOf(position)) : undefined;
    return hover && new Hover(new MarkdownString(hover.markdown), rangeOf(hover.range));
  },
};
