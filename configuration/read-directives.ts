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

/** The directives of a table by canonical name and alias. */
type Index = ReadonlyMap<string, { property: string; directive: Directive }>;

const indexes = new WeakMap<DirectiveTable, Index>();

/** Reads the directives of a nested block, fills in the defaults and reports what is missing. */
export function readDirectives<T extends DirectiveTable>(
  block: Block,
  table: T,
  context: ReadContext,
): ResourceOf<T> {
  const written = readWritten(block, table, context);
  for (const [property, directive] of Object.entries(table)) {
    if (directive.required && !written.spans.has(property)) {
      context.error(block.name, `${block.name.text} has no ${directive.name}`, exampleOf(directive));
    }
  }
  // The values were read by the table whose type is asked for.
  return withDefaults(table, written.values) as ResourceOf<T>;
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

/** The values as a resource, with defaults for what was not written. */
export function withDefaults(
  table: DirectiveTable,
  values: ReadonlyMap<string, unknown>,
): Record<string, unknown> {
  const resource: Record<string, unknown> = {};
  for (const [property, directive] of Object.entries(table)) {
    if (directive.into !== undefined) continue;
    const value = values.get(property) ?? directive.default;
    if (value !== undefined) resource[property] = value;
  }
  return resource;
}

/** The directive of a table that a canonical name or alias means. */
export function findDirective(
  table: DirectiveTable,
  key: string,
): { property: string; directive: Directive } | undefined {
  let index = indexes.get(table);
  if (!index) {
    index = new Map(
      writtenDirectives(table).flatMap(([property, directive]) =>
        [directive.name, ...directive.aliases].map((name) => [canonicalName(name), { property, directive }]),
      ),
    );
    indexes.set(table, index);
  }
  return index.get(key);
}

/** The directives that can be written in a conf, with their properties. */
function writtenDirectives(table: DirectiveTable): [string, Directive][] {
  return Object.entries(table).filter(([, directive]) => !directive.isInternal);
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
  const name = { ...entry.name, text: directive.name };
  if (type.form === 'assigned') {
    if (entry.kind === 'assignment') return type.read({ ...entry, name }, context);
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
  const names = writtenDirectives(table).map(([, directive]) => directive.name);
  const suggestion = nearest(written, names);
  const hint = suggestion === undefined ? context.whereKnown(entry.key) : `did you mean "${suggestion}"?`;
  context.error(entry.name, `${block.name.text} has no directive "${written}"`, hint);
}
