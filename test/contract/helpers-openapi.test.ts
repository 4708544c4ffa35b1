import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { VARIABLE_SCOPES } from '../../src/domain/shared-variable.ts';
import { LIMITS } from '../../src/helpers/limits.ts';
import { ROUTES } from '../../src/helpers/routes.ts';

interface Operation {
  readonly 'x-permit': string;
  readonly 'x-max-bytes'?: number;
  readonly requestBody?: unknown;
  readonly parameters?: readonly { readonly $ref?: string }[];
}

const document = load(readFileSync(new URL('../../docs/helpers-openapi.yaml', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly parameters: Readonly<Record<string, { readonly schema: Record<string, unknown> }>> };
};

test('the description of the helper API has the routes of the table, with what they need', () => {
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      permit: operation['x-permit'],
      maxBytes: operation['x-max-bytes'],
      hasBody: operation.requestBody !== undefined,
      query: (operation.parameters ?? []).flatMap(({ $ref }) => ($ref?.endsWith('/scope') ? ['scope'] : [])),
    })),
  );
  const table = ROUTES.map(({ method, path, permit, maxBytes, query }) => ({
    ...{ method, path, permit, maxBytes, query },
    hasBody: maxBytes !== undefined,
  }));
  expect(described).toEqual(table);
});

test('the description of the helper API tells the scopes and the length of paths', () => {
  const { scope, path } = document.components.parameters;
  expect(scope?.schema.enum).toEqual(VARIABLE_SCOPES);
  expect(path?.schema.maxLength).toBe(LIMITS.pathLength);
});
