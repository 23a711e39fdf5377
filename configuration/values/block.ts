import type { ResourceOf } from '../directive.ts';
import type { DirectiveTable } from '../value-type.ts';
import { printDirectives } from '../print-directives.ts';
import { readDirectives } from '../read-directives.ts';
import type { BlockType } from '../value-type.ts';

/** A block with directives of its own, which may stand several times: `Include { ... }`. */
export function blocks<T extends DirectiveTable>(
  name: string,
  table: T,
): BlockType<readonly ResourceOf<T>[]> & { readonly table: T } {
  return {
    form: 'block',
    table,
    title: `a block ${name} { ... }`,
    example: '{ ... }',
    repeated: 'adds',
    equals: 'unwanted',
    read(block, context) {
      return [readDirectives(block, table, context)];
    },
    print: (_name, value) =>
      value.flatMap((one) => [`${name} {`, ...printDirectives(table, one).map((line) => `  ${line}`), '}']),
  };
}
