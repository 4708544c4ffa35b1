import { CroniumError } from '../domain/errors.ts';

/** A row as it comes from the database; the readers below check each column once. */
export type Row = Readonly<Record<string, unknown>>;

export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : unexpected(column, value);
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : unexpected(column, value);
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

export function optionalInteger(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : integer(row, column);
}

/** A column that holds a JSON object of ours, with a string `kind`. */
export function kinded(row: Row, column: string): { readonly kind: string } {
  const value = object(row, column);
  return 'kind' in value && typeof value.kind === 'string' ? (value as { kind: string }) : unexpected(column, value);
}

/** A column that holds a JSON object of ours. */
export function object(row: Row, column: string): object {
  const value: unknown = JSON.parse(text(row, column));
  return typeof value === 'object' && value !== null ? value : unexpected(column, value);
}

/** As `object`; undefined where the column is null. */
export function optionalObject(row: Row, column: string): object | undefined {
  return row[column] === null ? undefined : object(row, column);
}

function unexpected(column: string, value: unknown): never {
  throw new CroniumError(
    'store/corrupt',
    `Cannot read the column "${column}" of the database: it holds ${JSON.stringify(value)}`,
  );
}
