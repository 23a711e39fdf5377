import { isDeepStrictEqual } from 'node:util';
import type { Directive, DirectiveTable } from './value-type.ts';

/**
 * The directives of a resource as conf lines that read back as the same resource. What has its default value is left
 * out, as are directives that only add to the property of another one.
 */
export function printDirectives(table: DirectiveTable, resource: object): string[] {
  const values = resource as Readonly<Record<string, unknown>>;
  return Object.entries(table).flatMap(([property, directive]) => {
    const value = values[property];
    return directive.into !== undefined || value === undefined || isDefault(directive, value)
      ? []
      : printDirective(directive, value);
  });
}

/** Whether writing this value changes nothing. */
export function isDefault(directive: Directive, value: unknown): boolean {
  return isDeepStrictEqual(value, directive.default);
}

/** One directive as conf lines. */
export function printDirective(directive: Directive, value: unknown): readonly string[] {
  const { type, name } = directive;
  if (type.form === 'block') return type.print(name, value);
  return type.print?.(value) ?? type.format(value).map((text) => `${name} = ${text}`);
}
