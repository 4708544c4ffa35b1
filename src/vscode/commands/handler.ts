import { Uri } from 'vscode';
import type { CommandName } from '../contributions.ts';
import { isRow, type Row } from '../views/row.ts';

/**
 * What a command does. `target`: what its menu was opened on; `selected`: all that was selected with it. What it resolves to is
 * for another command that has it done.
 */
export type Handler = (target: unknown, selected?: unknown) => Promise<unknown>;

/** The handlers of some commands; all areas together have one for each. */
export type Handlers<Name extends CommandName> = Readonly<Record<Name, Handler>>;

/** Menus pass their row, a key binding or another extension may pass anything. */
export function rowOf(target: unknown): Row | undefined {
  return isRow(target) ? target : undefined;
}

/** The rows that a command is for: the selected ones when the menu's own is among them. */
export function rowsOf(target: unknown, selected: unknown): readonly Row[] {
  const row = rowOf(target);
  const rows = Array.isArray(selected) ? selected.filter(isRow) : [];
  if (!row) return rows;
  return rows.some(({ id }) => id === row.id) ? rows : [row];
}

export function uriOf(target: unknown): Uri | undefined {
  return target instanceof Uri ? target : undefined;
}
