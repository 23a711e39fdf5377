import fc from 'fast-check';
import { printDirective } from '../../../../configuration/print-directives.ts';
import type { ResourceType } from '../../../../configuration/resource-type.ts';
import type { Directive, DirectiveTable } from '../../../../configuration/value-type.ts';
import { duration } from '../../../../configuration/values/duration.ts';
import { fileList } from '../../../../configuration/values/file-list.ts';
import { accessList, lines, stringList } from '../../../../configuration/values/list.ts';
import { integer, port, positiveInteger, yesNo } from '../../../../configuration/values/numbers.ts';
import { size, speed } from '../../../../configuration/values/size.ts';
import { address, addresses } from '../../../../configuration/values/addresses.ts';
import { directory, password, path, string } from '../../../../configuration/values/text.ts';

/** Texts that are hard on a lexer: quotes, backslashes, marks, line ends, blanks. */
const anyText = fc.string({ unit: fc.constantFrom(...'ab 1"\\#;{}=,@|\n\t<$~é'.split('')), maxLength: 12 });
const someText = anyText.filter((text) => text !== '');

/** Values of the types whose values are many; the others are tried with their example. */
const VALUES = new Map<unknown, fc.Arbitrary<unknown>>([
  [string, anyText],
  [password, someText],
  [path, anyText],
  [directory, someText],
  [address, someText],
  [yesNo, fc.boolean()],
  [integer, fc.nat()],
  [positiveInteger, fc.integer({ min: 1, max: 1000 })],
  [port, fc.integer({ min: 1, max: 65_535 })],
  [duration, fc.nat({ max: 400_000_000 })],
  [size, fc.maxSafeNat()],
  [speed, fc.maxSafeNat()],
  [stringList, fc.array(anyText, { minLength: 1, maxLength: 3 })],
  [accessList, fc.array(anyText, { minLength: 1, maxLength: 3 })],
  [lines, fc.array(anyText, { minLength: 1, maxLength: 3 })],
  [fileList, fc.array(someText, { minLength: 1, maxLength: 3 })],
  [
    addresses,
    fc.array(
      fc.record(
        {
          family: fc.constantFrom('any', 'ipv4', 'ipv6'),
          address: someText,
          port: fc.integer({ min: 1, max: 65_535 }),
        },
        { requiredKeys: ['family'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
  ],
]);

/** Directives whose every value is legal by itself, but not in every company. */
const LEFT_OUT = new Set([
  'Name',
  'JobDefs',
  'Minimum',
  'Maximum',
  'Wrap Counter',
  'Mail User',
  'Mail Password',
  'Level',
  'Type',
  'Pool Type',
  'Label Format',
  'Wrap Counter',
]);

/** Directives that a check asks for although their table does not. */
const ALWAYS = new Set(['Storage', 'Address']);

/** Conf text of one resource: its required directives and some of the others, with legal values. */
export function resourceText(type: ResourceType, name: string): fc.Arbitrary<string> {
  return bodyText(type.table).map((body) => `${type.name} {\nName = "${name}"\n${body}\n}\n`);
}

function bodyText(table: DirectiveTable): fc.Arbitrary<string> {
  const all = Object.values(table).filter(
    (directive) => !directive.isInternal && directive.status.kind !== 'refused',
  );
  const isNeeded = (directive: Directive) => directive.required || ALWAYS.has(directive.name);
  const required = all.filter((directive) => isNeeded(directive) && directive.name !== 'Name');
  const optional = all.filter((directive) => !isNeeded(directive) && !LEFT_OUT.has(directive.name));
  return fc
    .subarray(optional)
    .chain((some) => fc.tuple(...[...required, ...some].map(directiveText)))
    .map((texts) => texts.join('\n'));
}

function directiveText(directive: Directive): fc.Arbitrary<string> {
  const { type, name } = directive;
  const values = VALUES.get(type);
  if (values) return values.map((value) => printDirective(directive, value).join('\n'));
  if (type.form === 'block' && type.table) return bodyText(type.table).map((body) => `${name} {\n${body}\n}`);
  return fc.constant(`${name} = ${type.example}`);
}
