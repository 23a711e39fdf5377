import type { ResourceOf } from './directive.ts';
import { isDefault } from './print-directives.ts';
import { placeOf, type Span } from './source.ts';
import { nearest } from './suggestion.ts';
import { canonicalName, type Block, type Entry } from './syntax.ts';
import type { Directive, DirectiveTable, ReadContext } from './value-type.ts';

/** What a block says, by property, and where. Defaults are not filled in. */
export interface WrittenValues {
  readonly values: Map<string, unknown>;
  /** Where each directive was first written, also those whose value could not be read. */
  readonly spans: Map<string, Span>;
}

type NamedDirective = readonly [property: string, directive: Directive];

/** What is looked up in a table for every resource, worked out once. */
interface TableIndex {
  /** By canonical name and alias. */
  readonly byName: ReadonlyMap<string, { property: string; directive: Directive }>;
  /** Those that can be written in a conf. */
  readonly written: readonly NamedDirective[];
  /** Those with a property of their own. */
  readonly owners: readonly NamedDirective[];
  readonly required: readonly NamedDirective[];
}

const indexes = new WeakMap<DirectiveTable, TableIndex>();

function indexOf(table: DirectiveTable): TableIndex {
  const known = indexes.get(table);
  if (known) return known;
  const all: readonly NamedDirective[] = Object.entries(table);
  const written = all.filter(([, directive]) => !directive.isInternal);
  const index: TableIndex = {
    written,
    byName: new Map(
      written.flatMap(([property, directive]) =>
        [directive.name, ...directive.aliases].map((name) => [canonicalName(name), { property, directive }]),
      ),
    ),
    owners: all.filter(([, directive]) => directive.into === undefined),
    required: all.filter(([, directive]) => directive.required),
  };
  indexes.set(table, index);
  return index;
}

/** Reads the directives of a nested block, fills in the defaults and reports what is missing. */
export function readDirectives<T extends DirectiveTable>(
  block: Block,
  table: T,
  context: ReadContext,
): ResourceOf<T> {
  const written = readWritten(block, table, context);
  for (const directive of missingDirectives(table, written.spans)) {
    context.error(block.name, `${block.name.text} has no ${directive.name}`, exampleOf(directive));
  }
  const resource: Record<string, unknown> = {};
  fillIn(resource, table, written.values);
  // The values were read by the table whose type is asked for.
  return resource as ResourceOf<T>;
}

/** Reads the directives of a block as they are written. */
export function readWritten(block: Block, table: DirectiveTable, context: ReadContext): WrittenValues {
  const written: WrittenValues = { values: new Map(), spans: new Map() };
  for (const entry of block.entries) {
    const found = findDirective(table, entry.key);
    if (!found) {
      reportUnknown(entry, table, block, context);
      continue;
    }
    const { property, directive } = found;
    const target = directive.into ?? property;
    const value = readEntry(entry, directive, context);
    const earlier = written.spans.get(property);
    if (earlier) reportRepeated(entry, directive, earlier, context);
    else written.spans.set(property, entry.name);
    if (value === undefined) continue;
    // What must be written, or says what is so anyway, is no surprise.
    const changesNothing = directive.required || isDefault(directive, value) || value === directive.anyway;
    if (directive.status.kind !== 'works' && !changesNothing) context.reportStatus(entry.name, directive);
    addValue(written.values, target, value);
  }
  return written;
}

/** Sets a scalar; adds to a list (in place: a FileSet may have very many File lines). */
function addValue(values: Map<string, unknown>, property: string, value: unknown): void {
  const before = values.get(property);
  if (!Array.isArray(value)) values.set(property, value);
  else if (Array.isArray(before)) for (const one of value) before.push(one);
  else values.set(property, value.slice());
}

/** Gives a resource its values, and the defaults for what was not written. */
export function fillIn(
  resource: Record<string, unknown>,
  table: DirectiveTable,
  values: ReadonlyMap<string, unknown>,
): void {
  for (const [property, directive] of indexOf(table).owners) {
    const value = values.get(property) ?? directive.default;
    if (value !== undefined) resource[property] = value;
  }
}

/** The required directives that were not written. */
export function missingDirectives(table: DirectiveTable, written: ReadonlyMap<string, Span>): Directive[] {
  return indexOf(table)
    .required.filter(([property]) => !written.has(property))
    .map(([, directive]) => directive);
}

/** The directive of a table that a canonical name or alias means. */
export function findDirective(
  table: DirectiveTable,
  key: string,
): { property: string; directive: Directive } | undefined {
  return indexOf(table).byName.get(key);
}

/** A line with a right value of the directive, for hints. */
export function exampleOf(directive: Directive): string {
  const { type } = directive;
  if (type.form === 'assigned') return `add "${directive.name} = ${type.example}"`;
  return `add "${directive.name} ${type.equals === 'wanted' ? '= ' : ''}${type.example}"`;
}

function readEntry(entry: Entry, directive: Directive, context: ReadContext): unknown {
  const { type } = directive;
  // Messages call the directive by its proper name, however it was written.
  const name = entry.name.text === directive.name ? entry.name : { ...entry.name, text: directive.name };
  if (type.form === 'assigned') {
    if (entry.kind === 'assignment')
      return type.read(name === entry.name ? entry : { ...entry, name }, context);
    context.error(entry.name, `${directive.name} takes ${type.title}, not a block`, exampleOf(directive));
    return undefined;
  }
  if (entry.kind === 'assignment') {
    context.error(
      entry.name,
      `${directive.name} is ${type.title}`,
      `write "${directive.name} ${type.example}"`,
    );
    return undefined;
  }
  if (entry.hasEquals && type.equals === 'unwanted') {
    context.error(entry.name, `${directive.name} has no "=" before its brace`, `write "${directive.name} {"`);
  }
  return type.read({ ...entry, name }, context);
}

function reportRepeated(entry: Entry, directive: Directive, earlier: Span, context: ReadContext): void {
  switch (directive.type.repeated) {
    case 'refused':
      context.error(
        entry.name,
        `${directive.name} is given twice in ${context.owner}`,
        `the first is at ${placeOf(earlier)}; take one of them out`,
      );
      return;
    case 'last':
      context.warning(
        entry.name,
        `${directive.name} is given twice in ${context.owner}: this one counts`,
        `the first is at ${placeOf(earlier)}`,
      );
      return;
    case 'adds':
      return;
  }
}

function reportUnknown(entry: Entry, table: DirectiveTable, block: Block, context: ReadContext): void {
  const written = entry.name.source.text.slice(entry.name.start, entry.name.end).replace(/\s+/g, ' ');
  const names = indexOf(table).written.map(([, directive]) => directive.name);
  const suggestion = nearest(written, names);
  const hint = suggestion === undefined ? context.whereKnown(entry.key) : `did you mean "${suggestion}"?`;
  context.error(entry.name, `${block.name.text} has no directive "${written}"`, hint);
}
